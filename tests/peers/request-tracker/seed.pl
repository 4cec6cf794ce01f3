# Fills Request Tracker with the demo company's tickets: seed.pl STORY PEER.JSON
use strict;
use warnings;
use utf8;
use lib '/usr/share/request-tracker5/lib';
use RT -init;
use JSON ();

my ( $story_file, $peer_file ) = @ARGV;
open my $in, '<:raw', $story_file or die $!;
my $story = JSON->new->utf8->decode( do { local $/; <$in> } );

my %status   = ( open => 'open', pending => 'stalled', solved => 'resolved' );
my %priority = ( high => 80, normal => 50, low => 20 );

sub root { RT->SystemUser }

# Creates or dies.
sub make {
    my ( $class, %args ) = @_;
    my $object = $class->new(root);
    my ( $ok, $message ) = $object->Create(%args);
    die "$class: $message" unless $ok;
    return $object;
}

sub grant {
    my ( $user, @rights ) = @_;
    for my $right (@rights) {
        my ( $ok, $message ) = $user->PrincipalObj->GrantRight( Right => $right, Object => $RT::System );
        die "$right: $message" unless $ok;
    }
}

sub token {
    my ( $user, $description ) = @_;
    my ( $ok, $message, $token )
        = RT::AuthToken->new( RT::CurrentUser->new($user) )->Create( Owner => $user->id, Description => $description );
    die $message unless $ok;
    return $token;
}

my @reading = qw(SeeQueue ShowTicket ShowTicketComments ShowOutgoingEmail SeeCustomField ShowArticle SeeClass
    ShowArticleHistory ManageAuthTokens);
my @writing = qw(CreateTicket ReplyToTicket CommentOnTicket ModifyTicket OwnTicket StealTicket ModifyCustomField
    SetInitialCustomField CreateArticle ModifyArticle Watch);

my %users;
for my $user ( @{ $story->{users} } ) {
    my ($name) = split /@/, $user->{email};
    my $made = make( 'RT::User', Name => $name, EmailAddress => $user->{email}, RealName => $user->{name}, Privileged => 1 );
    grant( $made, @reading, @writing );
    $users{ $user->{name} } = $made;
}
my %secret = ( agent => 'agent-pass-1', readonly => 'readonly-pass-1' );
my %account;
for my $name ( sort keys %secret ) {
    my $user = make(
        'RT::User',
        Name         => $name,
        EmailAddress => "$name\@northwind-robotics.com",
        RealName     => $name eq 'agent' ? 'Ines Agent' : 'Rolf Reader',
        Password     => $secret{$name},
        Privileged   => 1
    );
    grant( $user, @reading, $name eq 'agent' ? @writing : () );
    $account{$name} = { user => $name, password => $secret{$name}, token => token( $user, 'tests' ), id => 0 + $user->id };
}

my %queue;
$queue{$_} = make( 'RT::Queue', Name => $_, Description => $_, CorrespondAddress => lc($_) . '@northwind-robotics.com' )
    for qw(Support Sales);

my $severity = make( 'RT::CustomField', Name => 'Severity', Type => 'Select', MaxValues => 1, LookupType => 'RT::Queue-RT::Ticket' );
$severity->AddValue( Name => $_ ) for qw(low high);
my $customer = make( 'RT::CustomField', Name => 'Customer', Type => 'Freeform', MaxValues => 1, LookupType => 'RT::Queue-RT::Ticket' );
for my $field ( $severity, $customer ) { $field->AddToObject($_) for values %queue }

my %ticket;
my $number = 0;
for my $row ( @{ $story->{tickets} } ) {
    $number++;
    my $queue = ( grep { $_ eq 'sales' } @{ $row->{tags} } ) ? 'Sales' : 'Support';
    my $ticket = RT::Ticket->new(root);
    my ( $id, undef, $message ) = $ticket->Create(
        Queue     => $queue{$queue}->id,
        Subject   => $row->{subject},
        Requestor => $row->{requester}{email},
        Owner     => $number % 10 == 5 ? RT->Nobody->id : $users{ $row->{assignee}{name} }->id,
        Status    => 'new',
        Priority  => $priority{ $row->{priority} },
        MIMEObj   => MIME::Entity->build( Type => 'text/plain', Charset => 'UTF-8', Data => Encode::encode( 'UTF-8', $row->{body} ) ),
        'CustomField-' . $customer->id => $row->{account_name},
    );
    die $message unless $id;
    for my $comment ( @{ $row->{comments} } ) {
        my $author = $users{ $comment->{author} } // $ticket->Requestors->UserMembersObj->First;
        my $as     = RT::Ticket->new( RT::CurrentUser->new( $author->id ) );
        $as = $ticket unless $users{ $comment->{author} };
        $as->Load($id);
        my $say = $comment->{public} ? 'Correspond' : 'Comment';
        my ( $ok, $message ) = $as->$say( Content => $comment->{body} );
        die "$say on $row->{subject}: $message" unless $ok;
    }
    $ticket->Load($id);
    $ticket->SetStatus( $status{ $row->{status} } ) if $ticket->Status ne $status{ $row->{status} };
    $ticket{ $row->{number} } = { id => 0 + $id, title => $row->{subject} };
}

my $class = make( 'RT::Class', Name => 'KB', Description => 'Knowledge base' );
# The package's own field for the text of an article.
my $content = RT::CustomField->new(root);
$content->LoadByName( Name => 'Content', LookupType => 'RT::Class-RT::Article' );
my %article;
for my $row ( @{ $story->{articles} } ) {
    my $article = make( 'RT::Article', Name => $row->{title}, Class => $class->id, 'CustomField-' . $content->id => $row->{text} );
    $article{ $row->{title} } = 0 + $article->id;
}

open my $out, '>:raw', $peer_file or die $!;
print $out JSON->new->utf8->canonical->encode(
    {   accounts => \%account,
        seeded   => {
            queues        => { map { $_ => 0 + $queue{$_}->id } keys %queue },
            users         => { map { $_ => $users{$_}->Name } keys %users },
            custom_fields => {
                Severity => { id => 0 + $severity->id, values => [qw(low high)] },
                Customer => { id => 0 + $customer->id }
            },
            tickets  => \%ticket,
            class    => { id => 0 + $class->id, name => 'KB' },
            articles => \%article,
        },
    }
);
close $out or die $!;

Set($rtname, 'northwind-robotics.com');
Set($Organization, 'northwind-robotics.com');
Set($WebDomain, '127.0.0.1');
Set($WebPort, @PORT@);
Set($WebBaseURL, 'http://127.0.0.1:@PORT@');
Set($WebPath, '');
Set($CanonicalizeRedirectURLs, 0);
Set($RestrictReferrer, 0);
Set($Timezone, 'UTC');
Set($DatabaseType, 'SQLite');
Set($DatabaseName, '@DIR@/data/rt.sqlite');
Set($WebSessionClass, 'Apache::Session::File');
Set($LogToSyslog, undef);
Set($LogToFile, undef);
Set($LogToSTDERR, 'warning');
# A hash for each request; the usual cost would make each a second long.
Set($BcryptCost, 10);
Set($CorrespondAddress, 'support@northwind-robotics.com');
Set($CommentAddress, 'support-comment@northwind-robotics.com');
# Mails are appended to a file in $VarPath.
Set($MailCommand, 'mbox');
Set(%GnuPG, Enable => 0);
Set(%SMIME, Enable => 0);
$RT::VarPath = '@MAILS@';
$RT::MasonDataDir = '@DIR@/rt/mason';
$RT::MasonSessionDir = '@DIR@/rt/sessions';
1;

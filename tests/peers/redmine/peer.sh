# shellcheck shell=bash disable=SC2034,SC2154,SC2164  # what start.sh reads and sets
# Redmine as Debian ships it. The package itself is unpacked and not installed: its installation wants a database of the
# machine's own and fails, because Bundler takes Debian's gems without a folder of their own for deleted.

packages=(curl puma ruby ruby-actionpack-action-caching ruby-actionpack-xml-parser ruby-addressable ruby-bundler ruby-coderay
    ruby-commonmarker ruby-csv ruby-html-pipeline ruby-i18n ruby-jquery-rails ruby-mail ruby-marcel ruby-mini-magick
    ruby-mini-mime ruby-mocha ruby-net-ldap ruby-nokogiri ruby-rack ruby-rack-test ruby-rails ruby-rails-dom-testing
    ruby-rails-observers ruby-rbpdf ruby-redcarpet ruby-request-store ruby-rmagick ruby-roadie ruby-roadie-rails ruby-rotp
    ruby-rouge ruby-rqrcode ruby-sanitize ruby-sqlite3 ruby-task-list ruby-zip)

# Gives such gems an empty folder of ours.
use_gems() {
    local from spec gem
    mkdir -p "$dir/gems/specifications" "$dir/gems/gems"
    while IFS= read -r from; do
        for spec in "$from"/specifications/*.gemspec; do
            gem=$(basename "$spec" .gemspec)
            [[ -e $spec && ! -e $from/gems/$gem ]] || continue
            ln -sf "$spec" "$dir/gems/specifications/"
            mkdir -p "$dir/gems/gems/$gem"
        done
        [[ ! -d $from/extensions ]] || ln -sfn "$from/extensions" "$dir/gems/extensions"
    done < <(ruby -e 'puts Gem.default_path')
    GEM_PATH=$dir/gems:$(ruby -e 'print Gem.default_path.join(":")')
    export GEM_PATH GEM_HOME=$dir/gems REDMINE_INSTANCE=default RAILS_ENV=production REDMINE_LANG=en SCHEMA=/dev/null
}

write_config() {
    sed "s|@DATA@|$data|" "$peer/database.yml" | tee "$data/redmine/config/database.yml" >"$instance/config/database.yml"
    sed "s|@MAILS@|$dir/mails|" "$peer/configuration.yml" |
        tee "$data/redmine/config/configuration.yml" >"$instance/config/configuration.yml"
}

seed() {
    instance=$data/redmine/instances/default
    (cd "$dir/home" && apt-get download --quiet redmine && dpkg-deb --extract redmine_*.deb redmine)
    mv "$dir/home/redmine/usr/share/redmine" "$data/redmine"
    rm -f "$data/redmine"/{instances,Gemfile.lock,config/database.yml}
    mkdir -p "$instance"/{config,files,log,tmp,plugins}
    echo 'a key for tests on this machine only, which is long enough for Rails' >"$instance/config/secret_key.txt"
    write_config
    use_gems
    cd "$data/redmine"
    bundle install --local --quiet
    bundle exec rake --silent db:migrate
    # In a process of its own, which sees the columns of now.
    bundle exec rake --silent redmine:load_default_data
    bundle exec rails runner "$peer/seed.rb" "$story" "$data/peer.json"
}

configure() {
    port=$(free_port)
    log=$dir/server.log
    instance=$data/redmine/instances/default
    write_config
    use_gems
    cd "$data/redmine"
    server=(puma --bind "tcp://127.0.0.1:$port" --environment production --threads 1:4 --log-requests config.ru)
}

answers() { curl --silent --fail --max-time 30 "http://127.0.0.1:$port/login"; }
address() { printf '{"base": "http://127.0.0.1:%d/"}' "$port"; }

# shellcheck shell=bash disable=SC2034,SC2154  # what start.sh reads and sets
# django-helpdesk has no server of its own: it is an application in the Django site of this folder.

manage() {
    DJANGO_SETTINGS_MODULE=settings PYTHONPATH=$peer PYTHONDONTWRITEBYTECODE=1 PEER_DATA=$data PEER_DIR=$dir \
        "$venv/bin/python" -W ignore -m django "$@"
}

seed() {
    manage migrate --verbosity 0
    STORY=$story manage shell --verbosity 0 --command "import seed; seed.main()"
}

configure() {
    port=$(free_port)
    log=$dir/server.log
    export DJANGO_SETTINGS_MODULE=settings PYTHONPATH=$peer PYTHONDONTWRITEBYTECODE=1 PEER_DATA=$data PEER_DIR=$dir
    server=("$venv/bin/python" -W ignore -u -m django runserver --noreload "127.0.0.1:$port")
}

answers() { curl --silent --fail --max-time 5 "http://127.0.0.1:$port/login/"; }
address() { printf '{"base": "http://127.0.0.1:%d/api/"}' "$port"; }

# Sourced by the other scripts: finds what they need, or installs it.

fail() {
    printf '%s: %s\n' "${0#"$PWD"/}" "$*" >&2
    exit 1
}

# need COMMAND PACKAGE: finds the command or installs the package that has it.
need() {
    command -v "$1" >/dev/null && return
    install_package "$2" "$1"
}

install_package() {
    local get=(apt-get install -y --no-install-recommends "$1")
    command -v apt-get >/dev/null || fail "$2 is missing: install the package that has it ($1 on Debian)"
    if [ "$(id -u)" -eq 0 ]; then
        { apt-get update && DEBIAN_FRONTEND=noninteractive "${get[@]}"; } </dev/null && return
    elif sudo -n true 2>/dev/null; then
        { sudo apt-get update && sudo DEBIAN_FRONTEND=noninteractive "${get[@]}"; } </dev/null && return
    fi
    fail "$2 is missing: sudo apt-get update && sudo ${get[*]}"
}

# The mail server that the stories talk to, the generator of clients, and the validator of FHIR bundles, in an
# environment of their own.
python_environment() {
    local venv=.venv wanted=(tests/harness/requirements.txt tests/contract/requirements.txt tests/fhir/requirements.txt tests/transports/requirements.txt)
    if [ -x "$venv/bin/python" ] && cat "${wanted[@]}" | cmp -s - "$venv/requirements.txt"; then
        return
    fi
    need python3 python3
    python3 -c 'import ensurepip, venv' 2>/dev/null || install_package python3-venv "Python's venv module"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "${wanted[@]/#/--requirement=}" ||
        fail "what the tests need of Python is missing: $venv/bin/python -m pip install ${wanted[*]/#/-r }"
    cat "${wanted[@]}" >"$venv/requirements.txt"
}

# The linter of the contract, the compiler of its TypeScript client and the definitions of FHIR R4, as the lockfile has
# them.
node_environment() {
    local place=target/contract lock=package-lock.json
    need node nodejs
    need npm npm
    node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)' || fail "node is older than version 18"
    if cmp -s "tests/contract/$lock" "$place/node_modules/$lock"; then
        return
    fi
    rm -rf "$place/node_modules"
    mkdir -p "$place"
    cp tests/contract/package.json "tests/contract/$lock" "$place/"
    npm ci --prefix "$place" --ignore-scripts --no-audit --no-fund --loglevel=error ||
        fail "what the tests need of npm is missing: npm ci --prefix $place --ignore-scripts"
    cp "tests/contract/$lock" "$place/node_modules/$lock"
}

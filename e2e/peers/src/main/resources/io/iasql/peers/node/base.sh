# Makes the base of the images that a node runs: Debian with a Java, a PostgreSQL and the wget of
# `helm test`, less what none of them needs when it runs. $1: the folder to make. $2: Debian's release.
set -e
mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(CREATED_BY)' 2>/dev/null |
  awk -v release="$2" '$2 == release && $3 == "Packages" { print $1; exit }')
debootstrap --variant=minbase --include=postgresql,openjdk-17-jre-headless,wget "$2" "$1" $mirror
cd "$1"
rm -rf dev/* var/cache/apt/* var/cache/debconf/* var/lib/apt/lists/* var/log/* \
  usr/share/doc/* usr/share/i18n usr/share/locale/* usr/share/man/* usr/lib/*/gconv \
  usr/lib/*/libLLVM* usr/lib/*/libz3* usr/lib/postgresql/*/lib/bitcode \
  usr/lib/postgresql/*/lib/llvmjit*

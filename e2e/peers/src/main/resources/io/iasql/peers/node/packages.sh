# Fetches Debian packages, and what they need that is not installed here, and unpacks them in a folder: what is installed
# stays as it is. $1: the folder. The others: the packages.
set -e
folder=$1
shift
mkdir -p "$folder/apt/lists/partial" "$folder/apt/archives/partial" "$folder/root"

apt() {
  apt-get -qq -o Dir::State::lists="$folder/apt/lists" -o Dir::Cache="$folder/apt" \
    -o Debug::NoLocking=true -o APT::Sandbox::User=root "$@"
}

apt update
apt install --download-only --yes --no-install-recommends "$@"
for package in "$folder"/apt/archives/*.deb; do
  dpkg-deb --extract "$package" "$folder/root"
done
rm -rf "$folder/apt"
# As their installation would choose.
if [ -d "$folder/root/usr/sbin" ]; then
  cd "$folder/root/usr/sbin"
  for name in iptables ip6tables; do
    for verb in '' -save -restore; do
      [ ! -e xtables-nft-multi ] || ln -sf xtables-nft-multi "$name$verb"
    done
  done
fi

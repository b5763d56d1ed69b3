# Opens the namespaces of a node: network, mounts and processes of its own, joined to this machine
# by one pair of virtual interfaces. Stays until it is told to end, and ends all that is inside.
# $1: folder of this run. $2: name of its control groups. $3: name of the interface out here.
# $4: address of this machine there. $5: address of the node.
set -e
run=$1
cgroup=$2

# Version 2 has one hierarchy, version 1 one for each controller, some under two names.
hierarchies() {
  if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
    echo /sys/fs/cgroup
    return
  fi
  for hierarchy in /sys/fs/cgroup/*; do
    [ -L "$hierarchy" ] || echo "$hierarchy"
  done
}

# Removes control groups as soon as what was in them has ended, in a session of its own: whoever
# ends this shell does not wait for it.
remove() {
  groups=
  for hierarchy in $(hierarchies); do
    [ -d "$hierarchy/$1" ] && groups="$groups $hierarchy/$1"
  done
  [ -z "$groups" ] || setsid sh -c '
    tries=150
    while [ "$tries" -gt 0 ]; do
      find "$@" -depth -type d -exec rmdir {} + && exit
      sleep 0.2
      tries=$((tries - 1))
    done' remove $groups </dev/null >/dev/null 2>&1 &
}

opened=
close() {
  set +e
  [ -n "$opened" ] && kill -KILL "$opened" 2>/dev/null && wait "$opened"
  remove "$cgroup"
}
trap close EXIT

# Of nodes that were killed before they came to that.
for hierarchy in $(hierarchies); do
  for left in "$hierarchy"/iasql-node-*; do
    name=${left##*/iasql-}
    [ -d "$left" ] && [ ! -d "$(dirname "$run")/${name%.*}" ] && remove "${left##*/}" || :
  done
done
# Of this node before it was restarted: the kernel removes the interface by itself, but only when it has written all that
# was mounted.
rm -f "$run/open"
ip link delete "$3" 2>/dev/null || :
for hierarchy in $(hierarchies); do
  mkdir -p "$hierarchy/$cgroup"
  for setting in cpuset.cpus cpuset.mems; do
    if [ -f "$hierarchy/$setting" ] && [ -z "$(cat "$hierarchy/$cgroup/$setting")" ]; then
      cat "$hierarchy/$setting" >"$hierarchy/$cgroup/$setting"
    fi
  done
  # All pods together count as several processes of this machine, not as one.
  [ ! -f "$hierarchy/$cgroup/cpu.shares" ] || echo 8192 >"$hierarchy/$cgroup/cpu.shares"
  [ ! -f "$hierarchy/$cgroup/cpu.weight" ] || echo 800 >"$hierarchy/$cgroup/cpu.weight"
done

# Hides what belongs to this machine's own services, and takes what programs write at fixed places.
inside='
set -e
mount --make-rshared /
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /var/lib
mount --bind "$1/log" /var/log
ip link set lo up
echo 1 >/proc/sys/net/ipv4/ip_forward
echo open >"$1/open"
sleep infinity &
wait'
mkdir -p "$run/log"
unshare --net --mount --pid --fork --kill-child=KILL --mount-proc sh -c "$inside" node "$run" &
opened=$!
# Not asked: it does not listen, and nothing inside has anything to save.
trap 'kill -KILL "$opened" 2>/dev/null' TERM

while [ ! -f "$run/open" ]; do
  kill -0 "$opened"
  sleep 0.05
done
# The kernel ends the list without a newline, which read takes for a failure.
read -r init </proc/"$opened"/task/"$opened"/children || [ -n "$init" ]
ip link add "$3" type veth peer name eth0 netns "$init"
ip address add "$4/30" dev "$3"
ip link set "$3" up
nsenter --target "$init" --net ip address add "$5/30" dev eth0
nsenter --target "$init" --net ip link set eth0 up
nsenter --target "$init" --net ip route add default via "$4"
echo "$init" >"$run/init.unfinished"
mv "$run/init.unfinished" "$run/init"

set +e
while kill -0 "$opened" 2>/dev/null; do
  wait "$opened"
done

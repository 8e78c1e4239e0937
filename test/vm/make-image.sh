#!/bin/sh
# Builds the Debian 12 machine of the VM tests: systemd, cgroup v2, sshd, docker.io, podman, and what Gantry's engine needs.
# usage: make-image.sh FOLDER - writes kernel, initrd and disk.img there; done once, then kept between test runs.
# Only Debian packages, from the mirror the building machine itself uses. Takes about two minutes; needs root.
set -eu
folder=$1
mirror=${GANTRY_VM_MIRROR:-$(sed -n 's/^URIs: *//p; s/^deb \(\[[^]]*\] \)\{0,1\}\(http[^ ]*\).*/\2/p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | grep -E '/debian/?$' | head -n1)}
mkdir -p "$folder"
work=$(mktemp -d "$folder/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root

debootstrap --variant=minbase --include=systemd,systemd-sysv,ca-certificates bookworm "$root" "$mirror" > "$folder/debootstrap.log" 2>&1
# apt resolves what debootstrap cannot (alternatives, virtual packages). Services must not start inside the chroot.
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"; chmod +x "$root/usr/sbin/policy-rc.d"
cp /etc/resolv.conf "$root/etc/resolv.conf"
mount --bind /proc "$root/proc"; trap 'umount "$root/proc" 2>/dev/null || true; rm -rf "$work"' EXIT
DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install -y --no-install-recommends \
  dbus dbus-user-session libpam-systemd udev iproute2 openssh-server linux-image-cloud-amd64 docker.io podman crun conmon nftables \
  apparmor iptables rootlesskit slirp4netns uidmap fuse-overlayfs kmod procps busybox-static tini sudo socat skopeo >> "$folder/debootstrap.log" 2>&1
rm "$root/usr/sbin/policy-rc.d"
umount "$root/proc"

echo gantry-vm > "$root/etc/hostname"
printf '127.0.0.1 localhost gantry-vm\n' > "$root/etc/hosts"
printf '/dev/vda / ext4 defaults,noatime 0 1\n' > "$root/etc/fstab"
cat > "$root/etc/systemd/network/10-all.network" <<'NET'
[Match]
Name=e*
[Network]
Address=10.0.2.15/24
Gateway=10.0.2.2
NET
chroot "$root" systemctl enable systemd-networkd ssh docker podman.socket > /dev/null 2>&1
chroot "$root" systemctl disable podman-auto-update.service podman-restart.service apt-daily.timer apt-daily-upgrade.timer e2scrub_reap dpkg-db-backup.timer > /dev/null 2>&1 || true
chroot "$root" useradd -m -s /bin/bash -u 1000 dev
echo 'dev:100000:65536' > "$root/etc/subuid"; echo 'dev:100000:65536' > "$root/etc/subgid"
# A user service survives the login that started it.
mkdir -p "$root/var/lib/systemd/linger"; touch "$root/var/lib/systemd/linger/dev"
printf 'PermitRootLogin prohibit-password\nPasswordAuthentication no\nUseDNS no\nAuthorizedKeysFile /etc/ssh/keys/%%u .ssh/authorized_keys\n' > "$root/etc/ssh/sshd_config.d/gantry.conf"
mkdir -p "$root/etc/ssh/keys"
ssh-keygen -q -t ed25519 -N '' -C gantry-vm -f "$folder/key.new" < /dev/null
cp "$folder/key.new.pub" "$root/etc/ssh/keys/root"; cp "$folder/key.new.pub" "$root/etc/ssh/keys/dev"
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*

cp "$root"/boot/vmlinuz-* "$work/kernel"
cp "$root"/boot/initrd.img-* "$work/initrd"
truncate -s 4G "$work/disk.img"
mkfs.ext4 -q -F -d "$root" "$work/disk.img"
mv "$folder/key.new" "$folder/key"; mv "$folder/key.new.pub" "$folder/key.pub"
mv "$work/kernel" "$work/initrd" "$folder/"
# Last: its presence says the image is whole.
mv "$work/disk.img" "$folder/disk.img"

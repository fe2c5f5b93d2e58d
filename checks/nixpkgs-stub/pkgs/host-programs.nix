# Packages whose programs are those of the machine they run on: nothing is built from source here.
{ lib, final }:
let
  hostPackage =
    {
      pname,
      programs,
      debianPackage ? pname,
      extra ? { },
    }:
    final.stdenv.mkDerivation {
      inherit pname;
      version = "of-the-host";
      inherit programs debianPackage;
      buildCommand = ''
        mkdir -p "$out/bin"
        for program in $programs; do
          sed -e "s|@program@|$program|g" -e "s|@package@|$debianPackage|g" ${./host-program.sh} > "$out/bin/$program"
          chmod 0555 "$out/bin/$program"
        done
      '';
      meta.mainProgram = builtins.head programs;
      passthru = extra;
    };

  table = {
    coreutils = [
      "env"
      "cat"
      "chmod"
      "chown"
      "cp"
      "cut"
      "date"
      "dd"
      "dirname"
      "basename"
      "echo"
      "false"
      "head"
      "id"
      "install"
      "ln"
      "ls"
      "mkdir"
      "mktemp"
      "mv"
      "od"
      "printf"
      "pwd"
      "readlink"
      "realpath"
      "rm"
      "rmdir"
      "sha256sum"
      "sleep"
      "sort"
      "stat"
      "tail"
      "tee"
      "test"
      "timeout"
      "touch"
      "tr"
      "true"
      "uname"
      "uniq"
      "wc"
      "base64"
      "sync"
      "seq"
      "nproc"
      "whoami"
      "expr"
      "du"
      "df"
    ];
    findutils = [
      "find"
      "xargs"
    ];
    gnugrep = [
      "grep"
      "egrep"
      "fgrep"
    ];
    gnused = [ "sed" ];
    gawk = [
      "awk"
      "gawk"
    ];
    gnutar = [ "tar" ];
    gzip = [
      "gzip"
      "gunzip"
      "zcat"
    ];
    util-linux = [
      "mount"
      "umount"
      "mountpoint"
      "findmnt"
      "flock"
      "logger"
      "nsenter"
      "unshare"
      "setsid"
      "lsblk"
    ];
    procps = [
      "ps"
      "sysctl"
      "pgrep"
      "pkill"
      "free"
    ];
    getent = [ "getent" ];
    shadow = [
      "useradd"
      "usermod"
      "userdel"
      "groupadd"
      "groupmod"
      "groupdel"
      "gpasswd"
      "chpasswd"
    ];
    kmod = [
      "modprobe"
      "lsmod"
      "insmod"
      "rmmod"
    ];
    iproute2 = [
      "ip"
      "ss"
      "bridge"
      "tc"
    ];
    iputils = [ "ping" ];
    wireguard-tools = [
      "wg"
      "wg-quick"
    ];
    boringtun = [ "boringtun-cli" ];
    openssh = [
      "ssh"
      "sshd"
      "ssh-keygen"
      "ssh-keyscan"
      "ssh-agent"
      "ssh-add"
      "scp"
      "sftp"
    ];
    age = [
      "age"
      "age-keygen"
    ];
    borgbackup = [ "borg" ];
    curl = [ "curl" ];
    openssl = [ "openssl" ];
    diffutils = [ "cmp" ];
    git = [ "git" ];
    jq = [ "jq" ];
    qrencode = [ "qrencode" ];
    nftables = [ "nft" ];
    nginx = [ "nginx" ];
    python3 = [ "python3" ];
    prometheus = [
      "prometheus"
      "promtool"
    ];
    prometheus-node-exporter = [ "prometheus-node-exporter" ];
    iptables = [
      "iptables"
      "ip6tables"
    ];
    sudo = [
      "sudo"
      "visudo"
    ];
    systemd = [
      "systemctl"
      "systemd-run"
      "systemd-tmpfiles"
      "journalctl"
      "systemd-analyze"
      "hostnamectl"
      "networkctl"
      "systemd-notify"
    ];
    nix = [
      "nix"
      "nix-env"
      "nix-store"
      "nix-build"
      "nix-instantiate"
      "nix-collect-garbage"
      "nix-copy-closure"
      "nix-daemon"
    ];
  };

  debianNames = {
    gnugrep = "grep";
    gnused = "sed";
    gnutar = "tar";
    getent = "libc-bin";
    shadow = "passwd";
    openssh = "openssh-client";
    iputils = "iputils-ping";
    boringtun = "boringtun-cli (built by cargo)";
    nix = "nix-bin";
  };
in
lib.mapAttrs (
  pname: programs:
  hostPackage {
    inherit pname programs;
    debianPackage = debianNames.${pname} or pname;
  }
) table
// {
  # A link, not a wrapper: it is the interpreter of the wrappers' callers.
  bash = final.stdenv.mkDerivation {
    pname = "bash";
    version = "of-the-host";
    buildCommand = ''
      mkdir -p "$out/bin"
      ln -s /bin/bash "$out/bin/bash"
      ln -s /bin/bash "$out/bin/sh"
    '';
    meta.mainProgram = "bash";
    passthru.shellPath = "/bin/bash";
  };
  bashInteractive = final.bash;
}

#!/usr/bin/perl
# A binary cache of the host's own Nix store over HTTP, as far as Nix asks: one request a connection, answered by the host's Nix.
# Arguments: --listen [address]:port, --priority number. NIX_SECRET_KEY_FILE signs what is offered.
use strict;
use warnings;
use IO::Socket::IP;

my %arguments = @ARGV;
my ($address, $port) = ($arguments{'--listen'} // '') =~ /^\[?([^\]]*)\]?:(\d+)$/
    or die "usage: cache-server --listen [address]:port\n";
my $priority = $arguments{'--priority'} // 30;
my $key = $ENV{NIX_SECRET_KEY_FILE};
my $store = '/nix/store';
my @nix = ('nix', '--extra-experimental-features', 'nix-command');

# What a command prints; nothing when it fails.
sub output {
    my @command = @_;
    open(my $pipe, '-|', @command) or return '';
    local $/;
    my $text = <$pipe> // '';
    close($pipe) or return '';
    return $text;
}

sub find {
    my ($hash) = @_;
    my ($path) = glob("$store/$hash-*");
    return if !defined $path || !output('nix-store', '--query', '--hash', $path);
    return $path;
}

sub base { my ($path) = @_; $path =~ s{.*/}{}; return $path }

sub narinfo {
    my ($path, $hash) = @_;
    system(@nix, 'store', 'sign', '--key-file', $key, $path) if $key;
    my @references = map { base($_) } split /\n/, output('nix-store', '--query', '--references', $path);
    my ($deriver) = output('nix-store', '--query', '--deriver', $path) =~ m{/([^/\n]+\.drv)};
    my ($signatures) = output(@nix, 'path-info', '--json', $path) =~ /"signatures":\[([^\]]*)\]/;
    chomp(my $nar_hash = output('nix-store', '--query', '--hash', $path));
    chomp(my $size = output('nix-store', '--query', '--size', $path));
    my $text = "StorePath: $path\nURL: nar/$hash.nar\nCompression: none\nNarHash: $nar_hash\nNarSize: $size\nReferences: @references\n";
    $text .= "Deriver: $deriver\n" if defined $deriver;
    $text .= "Sig: $_\n" for ($signatures // '') =~ /"([^"]+)"/g;
    return $text;
}

sub answer {
    my ($client, $method, $target) = @_;
    my ($status, $text, $dump) = ('200 OK', '', undef);
    if ($target eq '/nix-cache-info') {
        $text = "StoreDir: $store\nWantMassQuery: 1\nPriority: $priority\n";
    } elsif ($target =~ m{^/([0-9a-z]{32})\.narinfo$} && defined(my $path = find($1))) {
        $text = narinfo($path, $1);
    } elsif ($target =~ m{^/nar/([0-9a-z]{32})\.nar$} && defined(my $nar = find($1))) {
        $dump = $nar;
    } else {
        ($status, $text) = ('404 Not Found', "not here\n");
    }
    print $client "HTTP/1.1 $status\r\nConnection: close\r\n";
    print $client 'Content-Length: ' . length($text) . "\r\n" if !defined $dump;
    print $client "\r\n";
    return if $method eq 'HEAD';
    print $client defined $dump ? output('nix-store', '--dump', $dump) : $text;
}

my $server = IO::Socket::IP->new(
    LocalHost => $address, LocalPort => $port, Listen => 64, ReuseAddr => 1, V6Only => 0,
) or die "cannot listen on $arguments{'--listen'}: $@\n";
# Children that answered are not waited for by anybody else.
while (1) {
    my $client = $server->accept or next;
    my $pid = fork;
    if (defined $pid && $pid == 0) {
        my $request = <$client> // '';
        while (defined(my $line = <$client>)) { last if $line =~ /^\r?\n$/ }
        answer($client, $1, $2) if $request =~ m{^(GET|HEAD) (\S+) HTTP/};
        close $client;
        exit 0;
    }
    close $client;
    1 while waitpid(-1, 1) > 0;
}

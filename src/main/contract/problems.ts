// Everything that can stop a connection to a host: the step it stops at, what to say, what to do. `{name}` stands for a
// parameter. The doctor, the status line, errors of requests and the texts of the GUI all come from this table.
import type { ErrorKind } from '../../engine/wire/errors.ts';

export const CONNECTION_STEPS = ['config', 'dns', 'tcp', 'banner', 'host-key', 'authentication', 'engine-socket', 'permission', 'api'] as const;
export type ConnectionStep = (typeof CONNECTION_STEPS)[number];

interface Row { step: ConnectionStep; kind: ErrorKind; message: string; fix: string }

// `{name}` is replaced by the parameter of that name.
export const PROBLEMS = {
  'config-invalid': row('config', 'InvalidParameter', 'the configuration of {host} cannot be used: {why}', 'correct the host or its entry in ~/.ssh/config'),
  'proxy-failed': row('tcp', 'Unavailable', 'the proxy command for {host} ended: {why}', 'run the command by hand: {command}'),
  'jump-failed': row('tcp', 'Unavailable', 'the jump host {hop} cannot reach {host} port {port}', 'log in to {hop} and try: nc -vz {host} {port}; the jump host needs AllowTcpForwarding yes'),
  'dns-not-found': row('dns', 'Unavailable', 'the name {host} is not known to DNS', 'check the spelling, the VPN, or put the address into HostName'),
  'dns-timeout': row('dns', 'Unavailable', 'looking up {host} took longer than {seconds} s', 'check this machine\'s DNS servers and the VPN'),
  'tcp-refused': row('tcp', 'Unavailable', '{host} refuses connections on port {port}', 'is sshd running there (systemctl status ssh), and is {port} its port?'),
  'tcp-timeout': row('tcp', 'Unavailable', '{host} port {port} does not answer within {seconds} s', 'the machine is off, or a firewall drops packets on the way'),
  'tcp-unreachable': row('tcp', 'Unavailable', 'there is no way to {host}: {why}', 'check this machine\'s network and the VPN'),
  'banner-silent': row('banner', 'Unavailable', '{host} port {port} accepts connections but says nothing for {seconds} s', 'this is no SSH server, or it is overloaded; check the port'),
  'banner-endless': row('banner', 'Unavailable', '{host} port {port} sends text without end and never names its SSH version', 'check the port; a tarpit such as endlessh behaves like this'),
  'banner-wrong-protocol': row('banner', 'Unavailable', '{host} port {port} does not speak SSH; it says: {sample}', 'check the port; SSH is usually on 22'),
  'closed-early': row('banner', 'Unavailable', '{host} closed the connection before the SSH handshake was done', 'sshd may be limiting new connections (MaxStartups), or fail2ban may have blocked this address; wait a minute and look into the server\'s log'),
  'handshake-timeout': row('banner', 'Unavailable', 'the SSH handshake with {host} is not done after {seconds} s', 'the connection loses packets, or the server is overloaded'),
  'handshake-failed': row('banner', 'Unavailable', 'the SSH handshake with {host} failed: {why}', 'the server may only offer algorithms that are too old; look at its KexAlgorithms, Ciphers and HostKeyAlgorithms'),
  'host-key-unknown': row('host-key', 'Forbidden', 'the host key of {host} is not known: {fingerprint}', 'compare the fingerprint with ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub on the server, then accept it'),
  'host-key-changed': row('host-key', 'Forbidden', 'THE HOST KEY OF {host} HAS CHANGED: it now shows {fingerprint}, recorded in {where}', 'someone may be listening in, or the machine was installed anew. Ask who runs it. Only if they confirm the new fingerprint, remove the old key yourself: ssh-keygen -R "{name}"'),
  'host-key-revoked': row('host-key', 'Forbidden', 'the host key of {host} ({fingerprint}) is marked @revoked in {where}', 'do not connect; whoever runs the server has to give it a new key'),
  'known-hosts-unreadable': row('host-key', 'Unavailable', 'the known hosts cannot be read or written: {why}', 'correct the owner and permissions of ~/.ssh/known_hosts'),
  'auth-refused': row('authentication', 'Unauthorized', '{host} accepts none of the ways to log in as {user}; it allows: {allowed}', 'tried: {tried}. Put a public key into ~{user}/.ssh/authorized_keys there, or choose another user or key'),
  'auth-too-many': row('authentication', 'Unauthorized', '{host} ended the login: too many keys were offered ({count})', 'name the right key with IdentityFile and set IdentitiesOnly yes, so that the agent\'s other keys are not tried'),
  'auth-cancelled': row('authentication', 'Unauthorized', 'the login to {host} was cancelled', 'connect again to be asked again'),
  'auth-needs-answer': row('authentication', 'Unauthorized', '{host} wants a password or passphrase', 'connect by hand to be asked for it'),
  'auth-timeout': row('authentication', 'Unavailable', '{host} does not finish the login within {seconds} s', 'the server may be waiting for DNS or PAM; set UseDNS no there'),
  'closed-while-asking': row('authentication', 'Unavailable', '{host} closed the connection while waiting for an answer', 'connect again; sshd waits LoginGraceTime (2 minutes)'),
  'sessions-busy': row('engine-socket', 'Unavailable', 'all {count} sessions that {host} allows on one connection are in use', 'close a terminal or a log view, or raise MaxSessions in sshd_config'),
  'channel-timeout': row('engine-socket', 'Unavailable', '{host} does not open another channel within {seconds} s', 'the connection may be dead; it is checked and made anew'),
  'session-refused': row('engine-socket', 'Unavailable', '{host} refuses to run commands: {why}', 'the key may be limited (command=, restrict, ForceCommand); allow port-forwarding or a shell for it'),
  'no-socket': row('engine-socket', 'NotFound', 'no container engine was found on {host}; looked at {looked}', 'install Docker or Podman there, let Gantry install its own engine, or name the socket'),
  'socket-missing': row('engine-socket', 'NotFound', 'there is no {path} on {host}', 'start the engine there: {start}'),
  'socket-refused': row('engine-socket', 'Unavailable', 'nothing listens on {path} on {host}', 'start the engine there: {start}'),
  'socket-permission': row('permission', 'Forbidden', '{user} may not open {path} on {host}; it belongs to {owner}', '{grant}'),
  'no-way-to-socket': row('engine-socket', 'Unavailable', 'sshd on {host} forbids forwarding to {path}, and no helper there works: {tried}', 'set AllowStreamLocalForwarding yes in sshd_config, or install docker, podman or socat there'),
  'api-garbage': row('api', 'Unavailable', '{path} on {host} does not answer as a container engine: {sample}', 'another program may own this socket; check the path'),
  'api-silent': row('api', 'Unavailable', 'the engine on {host} does not answer within {seconds} s', 'restart the engine there, or look into its log'),
  'api-too-old': row('api', 'Unavailable', 'the engine on {host} speaks API {version}; {minimum} is the oldest that works', 'update the engine there'),
  'tls-failed': row('api', 'Unauthorized', 'TLS with {host} failed: {why}', 'check ca.pem, cert.pem and key.pem, and that the server\'s certificate names {host}'),
  'connection-lost': row('tcp', 'Unavailable', 'the connection to {host} was lost: {why}', 'it is made anew by itself as soon as the host answers'),
  'disk-full': row('engine-socket', 'Unavailable', 'there is no space left on {host} in {path}', 'free some space there and try again'),
} satisfies Record<string, Row>;

export type ProblemCode = keyof typeof PROBLEMS;

function row(step: ConnectionStep, kind: ErrorKind, message: string, fix: string): Row {
  return { step, kind, message, fix };
}

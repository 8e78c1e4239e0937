// English texts of hosts. Problems of connections come from the table main uses too.
import { INSTALL_TEXTS } from '../../../main/contract/install-texts.ts';
import { PROBLEMS } from '../../../main/contract/problems.ts';

const braces = (text: string): string => text.replace(/\{(\w+)\}/g, '{{$1}}');

export default {
  title: 'Hosts',
  summary_one: '{{count}} machine with a container engine',
  summary_other: '{{count}} machines with container engines',
  empty: { title: 'No hosts yet', text: 'A host is a machine with a container engine. Add one over SSH: nothing has to be installed there but Docker, Podman or Gantry’s own engine.' },
  connect: 'Connect',
  notConnected: 'Not connected',
  reconnecting: 'Reconnecting, attempt {{count}}. Lists show what was last known.',
  latency: 'One round trip to the engine',
  ms: '{{ms}} ms',
  mode: { forward: 'forwarded socket', 'docker dial-stdio': 'docker dial-stdio', 'podman dial-stdio': 'podman dial-stdio', socat: 'socat' },
  whatToDo: 'What to do: {{fix}}',
  kind: { ssh: 'SSH', tcp: 'TCP, with or without TLS', unix: 'Unix socket on this machine' },
  step: {
    config: 'Settings', dns: 'Name', tcp: 'Network', banner: 'SSH server', 'host-key': 'Host key', authentication: 'Login', 'engine-socket': 'Engine’s socket', permission: 'Permission', api: 'Engine API',
  },
  add: {
    open: 'Add host', title: 'Add a host', form: 'Address', config: 'From ~/.ssh/config', contexts: 'Docker contexts', submit: 'Add', one: 'Add {{name}}',
    noConfig: 'There are no named hosts in ~/.ssh/config.', noContexts: 'This user has no Docker contexts.', through: 'through {{hops}}',
  },
  edit: { open: 'Edit', title: 'Edit {{host}}' },
  remove: { title: 'Remove {{host}}?', text: 'Gantry forgets this host. Nothing changes on the machine itself.', confirm: 'Remove' },
  form: {
    kind: 'How to reach it', name: 'Name', hostname: 'Host or ssh:// address', port: 'Port', user: 'User', identityFile: 'Key file', socketPath: 'Engine’s socket', socketHint: 'Leave empty to find it', colour: 'Colour',
    tls: 'TLS', caPath: 'Certificate authority (ca.pem)', certPath: 'Client certificate (cert.pem)', keyPath: 'Client key (key.pem)', verify: 'Check the server’s certificate',
    noTls: 'Without TLS everyone on the network can control this engine, and with it the machine.', fromConfig: 'Settings of “{{alias}}” in ~/.ssh/config apply; fields given here come first.',
  },
  colour: { blue: 'Blue', teal: 'Teal', green: 'Green', yellow: 'Yellow', orange: 'Orange', red: 'Red', pink: 'Pink', grape: 'Grape', violet: 'Violet', cyan: 'Cyan' },
  failed: { read: 'The settings cannot be read', add: 'The host was not added', save: 'The host was not changed', remove: 'The host was not removed' },
  ask: {
    title: { 'host-key': 'Is this the right machine?', passphrase: 'Passphrase of a key', password: 'Password for {{host}}' },
    promptsTitle: 'Login to {{host}}',
    hostKey: 'Gantry has never met {{host}} (port {{port}}). Compare its fingerprint before you go on: whoever can pretend to be this machine sees everything you send it.',
    art: 'Random art of the key', fingerprint: 'Fingerprint of the key', compare: 'On the machine itself, or from its provider’s console:',
    authority: 'A certificate authority is recorded for this host, but Gantry can only check plain keys.',
    accept: 'It is the right one', refuse: 'Do not connect',
    label: { passphrase: 'Passphrase', password: 'Password' },
    passphrase: 'The server accepts this key, which is protected:', password: '{{user}} on {{host}}',
    again: 'That was not right. Try again.', remember: 'Keep it in the secret store', show: 'Show or hide', submit: 'Continue', lost: 'The answer did not arrive',
  },
  doctor: {
    open: 'Examine', title: 'Connection to {{host}}', steps: 'Steps', working: 'Examining…', report: 'Report', again: 'Examine again',
    state: { ok: 'passed', failed: 'failed', skipped: 'left out' },
  },
  terminal: { open: 'Terminal', title: 'Terminal on {{host}}', label: 'Terminal', again: 'New shell', ended: 'The shell ended with {{code}}.' },
  engine: {
    open: 'Gantry’s engine', title: 'Gantry’s engine on {{host}}', about: 'Gantry can bring its own engine to this machine over the same connection. Nothing is changed before you say so.',
    scope: 'For whom', scopes: { user: 'For this user, without root', system: 'For the system, as root' },
    installed: 'Installed: {{version}}', notInstalled: 'Not installed', steps: 'What will be done there', missing: 'These programs are missing there: {{programs}}', command: 'Command for the package manager', lookAgain: 'Look again',
    install: 'Install', upgrade: 'Install this version', remove: 'Uninstall', deleteData: 'with images, volumes and containers',
    removeTitle: 'Uninstall the engine from {{host}}?', removeKeep: 'The service and its files go. Images, volumes and containers stay on disk for a later installation.', removeAll: 'The service goes, and all its images, volumes and containers with it. This cannot be undone.',
    task: 'Install the engine on {{host}}', removeTask: 'Uninstall the engine from {{host}}', done: 'The engine runs on {{host}}', hostName: '{{host}} (Gantry)',
    phase: { look: 'Looking', send: 'Sending', unpack: 'Unpacking', service: 'Writing the service', start: 'Starting', clean: 'Removing old versions', containers: 'Removing containers', stop: 'Stopping', remove: 'Removing', done: 'Done' },
    note: Object.fromEntries(Object.entries(INSTALL_TEXTS).map(([code, text]) => [code, braces(text)])),
  },
  copy: {
    action: 'Copy to another host', migrate: 'Move to another host',
    title: { images: 'Copy {{name}}', volume: 'Copy volume {{name}}', container: 'Move {{name}}' },
    to: 'To host', target: 'Name there', volumes: 'Copy its volumes', start: 'Start it there',
    about: {
      images: 'Only layers the other host lacks are sent. Both sides are compared at the end.',
      volume: 'Every file is compared at the end. Stop what writes to the volume first, or the copy may not be consistent.',
      container: 'A running container is stopped first, and the original stays on its host, stopped. Should the move fail, it is started again and nothing is left on the other host but the image.',
    },
    kept_one: 'one layer is there already', kept_other: '{{count}} layers are there already',
    submit: { images: 'Copy', volume: 'Copy', container: 'Move' },
    task: 'Copy {{name}} to {{to}}', done: '{{name}} is on {{to}}',
    phase: {
      compare: 'Comparing', send: 'Sending', 'send-all': 'Sending all layers', 'image-send-all': 'Image: sending all layers', check: 'Checking', done: 'Done', stop: 'Stopping', network: 'Making network', create: 'Creating', start: 'Starting',
      'image-compare': 'Image: comparing', 'image-send': 'Image: sending', 'image-check': 'Image: checking', 'image-done': 'Image: done',
      'volume-compare': 'Volume: looking', 'volume-send': 'Volume: sending', 'volume-check': 'Volume: checking', 'volume-done': 'Volume: done',
    },
  },
  problem: Object.fromEntries(Object.entries(PROBLEMS).map(([code, { message, fix }]) => [code, { message: braces(message), fix: braces(fix) }])),
};

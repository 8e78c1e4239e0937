// English texts of one container's page.
export default {
  ok: 'OK',
  removed: 'It was removed.',
  tabs: { overview: 'Overview', logs: 'Logs', terminal: 'Terminal', files: 'Files', stats: 'Stats', processes: 'Processes', changes: 'Changes', inspect: 'Inspect', events: 'Events' },
  life: { title: 'Life', now: 'State machine, now: {{state}}', wait: 'Nothing can be done in this state.', exit: 'ends', fails: 'fails', policy: 'restart policy', stopping: 'Stopping', killIn: 'Asked to stop; killed in {{seconds}} s', killNow: 'Kill now' },
  overview: { run: 'What runs', mounts: 'Files from outside', network: 'Networks and ports', limits: 'Limits', env: 'Environment', labels: 'Labels', readOnly: 'Read only', none: 'None', all: 'Show all {{count}}' },
  facts: { image: 'Image', command: 'Command', workingDir: 'Working folder', user: 'User', restart: 'Restart policy', created: 'Created', started: 'Started', finished: 'Ended', exit: 'Exit code', oom: 'out of memory', error: 'Error', restarts: 'Restarts', id: 'ID', memory: 'Memory', memorySwap: 'Memory and swap', memoryReservation: 'Memory reservation', cpus: 'CPUs', cpuShares: 'CPU shares', cpuset: 'CPU set', pids: 'Processes' },
  health: { title: 'Health check', healthy: 'Healthy', unhealthy: 'Unhealthy', starting: 'Starting', none: 'None', streak_one: 'failed once', streak_other: 'failed {{count}} times in a row' },
  isolation: {
    title: 'Isolation', namespaces: 'Namespaces', namespacesHint: 'Namespaces: its own view of the system. Grey ones are shared with the host.', own: '{{type}} namespace {{inode}}, its own', shared: '{{type}} namespace {{inode}}, the host’s',
    cgroups: 'Control groups', cgroupsHint: 'Control groups (v{{version}}): what it may use', layers: 'Layers', layersHint_one: 'Union file system: a writable layer on one read-only layer', layersHint_other: 'Union file system: a writable layer on {{count}} read-only layers',
    security: 'Seccomp: {{seccomp}}; {{capabilities}} capabilities',
  },
  history: { title: 'History', none: 'The engine remembers nothing about it.', exit: 'exit code {{code}}', signal: 'signal {{signal}}' },
  cause: { exit: 'ended with {{code}}', exitSignal: 'ended with {{code}} by signal {{signal}}', grace: 'stopped; killed after {{seconds}} s of grace', killed: 'killed by {{signal}}', oom: 'out of memory', policy: 'restart policy', policyAtStart: 'restart policy, as the engine started', startFailed: 'the start failed', forced: 'removed by force', removeFailed: 'the removal failed', startedAlone: 'started; found running by a new engine', endedAlone: 'ended while no engine ran', machine: 'the machine was restarted' },
  happened: {
    create: 'created', start: 'started', die: 'ended', stop: 'stopped', kill: 'signal sent', restart: 'restarted', pause: 'paused', unpause: 'resumed', oom: 'out of memory', rename: 'renamed', update: 'limits changed', destroy: 'removed', attach: 'attached', detach: 'detached', resize: 'terminal resized', top: 'processes listed', commit: 'image made', export: 'exported',
    'archive-path': 'files read', 'extract-to-dir': 'files written', copy: 'files copied', exec_create: 'command prepared', exec_start: 'command started', exec_die: 'command ended', exec_detach: 'command detached', prune: 'cleaned up',
  },
  logs: {
    tools: 'Log tools', search: 'Search the whole log', case: 'Match case', regex: 'Regular expression', previous: 'Previous hit', next: 'Next hit', onlyHits: 'Only lines that match',
    levels: 'Level', streams: 'Stream', level: { error: 'Error', warn: 'Warning', info: 'Info', debug: 'Debug', none: 'Without level' },
    look: 'What is shown', showTime: 'Time', showLevel: 'Level', prettyJson: 'JSON as fields', export: 'Export', exportText: 'As text', exportJson: 'As JSON lines', follow: 'Follow',
    hits: '{{at}} of {{total}}', noHits: 'Not found', noLine: 'No line matches.', empty: 'Nothing has been written yet.', count: '{{lines}} lines, {{size}}', reading: 'Reading the history…', clipped: '… {{size}} more', showAll: 'Show all (+{{size}})', details: 'The chosen line',
  },
  terminal: {
    shell: 'Shell', automatic: 'Automatic', user: 'User', open: 'Open', split: 'Open beside', unsplit: 'Show one only', attach: 'Attach to the program', debugImage: 'Tools from', chooseImage: 'Choose an image', debug: 'Debug shell',
    failed: 'No terminal could be opened', none: 'No terminal is open', noneText: 'A terminal runs a shell inside the container. It stays open when you go elsewhere.', stopped: 'Start the container to open a terminal in it.',
    noShell: 'There is no such shell in this container', noShellText: 'Choose an image that has tools and open a debug shell: it joins the processes and networks of this container, whose files are at /proc/1/root.',
    kind: { attach: 'attached', debug: 'debug' }, close: 'Close terminal {{number}}', search: 'Search in the terminal',
  },
  files: {
    path: 'Path', root: '/', read: 'Read again', newFolder: 'New folder', newFolderFailed: 'The folder was not made', upload: 'Upload', uploadFolder: 'Upload folder', uploading_one: 'Upload a file to {{path}}', uploading_other: 'Upload {{count}} files to {{path}}',
    partial: 'This folder is large and was not read to its end, because the container does not run or has no shell.', failed: '{{path}} cannot be read', name: 'Name', size: 'Size', mode: 'Mode', owner: 'Owner', modified: 'Changed', actions: 'Actions', empty: 'Nothing here. Drop files to put them here.',
    download: 'Download', downloadFailed: 'The download failed', rename: 'Rename', renameFailed: '{{name}} was not renamed', delete: 'Delete', deleteTitle: 'Delete {{name}}?', deleteFailed: '{{name}} was not deleted', edit: 'Edit', saveFailed: '{{name}} was not saved', preview: 'Content', previewFailed: 'It cannot be shown', binary: 'This is not text.', clipped: 'Only the first megabyte is shown.',
  },
  stats: { span: 'Time span', stopped: 'It does not run; this is what it used.', cpu: 'CPU', memory: 'Memory', network: 'Network', disk: 'Disk', processes: 'Processes', limit: 'limit {{limit}}', toLimit: 'Scale up to the limits', nothing: 'Nothing was measured in this time.', received: 'Received', sent: 'Sent', read: 'Read', written: 'Written' },
  processes: { stopped: 'It does not run, so there are no processes.' },
  changes: { failed: 'The changes cannot be read', changed: '{{count}} changed', added: '{{count}} added', deleted: '{{count}} deleted', read: 'Read again', none: 'Nothing differs from the image.', is: { changed: 'changed', added: 'added', deleted: 'deleted' } },
  inspect: { search: 'Search names and values', nothing: 'Nothing found', copyPath: 'Copy path', more: 'Show more ({{count}} lines left)' },
  events: { inside: 'Commands run inside ({{count}})', failed: 'The events cannot be read', none: 'The engine remembers no event of it.', time: 'Time', what: 'Event', about: 'About' },
  more: {
    stopWith: 'Stop with…', sendSignal: 'Send a signal…', signal: 'Signal', grace: 'Grace period in seconds', graceHint: 'Killed when it has not ended by then; -1 waits without end.', signalHint: 'The program decides what it means; SIGKILL ends it at once.', send: 'Send',
    edit: 'Edit…', editTitle: 'Edit {{name}}', rename: 'Rename…', renameFailed: '{{name}} was not renamed', commit: 'Make an image of it…', commitFailed: 'No image was made', committed: '{{name}} is ready', reference: 'Image name', comment: 'Comment',
    export: 'Export files', exportFailed: 'The export failed', copyLine: 'Copy as docker run', copied: 'Copied as a docker run line',
  },
};

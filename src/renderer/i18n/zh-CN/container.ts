// Chinese texts of one container's page.
export default {
  ok: '确定',
  removed: '它已被删除。',
  tabs: { overview: '概览', logs: '日志', terminal: '终端', files: '文件', stats: '资源', processes: '进程', changes: '变更', inspect: '详情', events: '事件' },
  life: { title: '生命周期', now: '状态机，当前：{{state}}', wait: '当前状态下没有可执行的操作。', exit: '结束', fails: '失败', policy: '重启策略', stopping: '正在停止', killIn: '已请求停止，{{seconds}} 秒后强制结束', killNow: '立即强制结束' },
  overview: { run: '运行内容', mounts: '外部文件', network: '网络与端口', limits: '限制', env: '环境变量', labels: '标签', readOnly: '只读', none: '无', all: '显示全部 {{count}} 项' },
  facts: { image: '镜像', command: '命令', workingDir: '工作目录', user: '用户', restart: '重启策略', created: '创建时间', started: '启动时间', finished: '结束时间', exit: '退出码', oom: '内存不足', error: '错误', restarts: '重启次数', id: 'ID', memory: '内存', memorySwap: '内存与交换', memoryReservation: '内存预留', cpus: 'CPU 数', cpuShares: 'CPU 份额', cpuset: 'CPU 集合', pids: '进程数' },
  health: { title: '健康检查', healthy: '健康', unhealthy: '不健康', starting: '启动中', none: '无', streak_one: '失败一次', streak_other: '连续失败 {{count}} 次' },
  isolation: {
    title: '隔离', namespaces: '命名空间', namespacesHint: '命名空间：容器自己的系统视图。灰色的与主机共享。', own: '{{type}} 命名空间 {{inode}}，容器自己的', shared: '{{type}} 命名空间 {{inode}}，主机的',
    cgroups: '控制组', cgroupsHint: '控制组（v{{version}}）：可以使用的资源', layers: '层', layersHint_one: '联合文件系统：一个读写层在一个只读层之上', layersHint_other: '联合文件系统：一个读写层在 {{count}} 个只读层之上',
    security: 'Seccomp：{{seccomp}}；{{capabilities}} 项能力',
  },
  history: { title: '历史', none: '引擎没有保留它的记录。', exit: '退出码 {{code}}', signal: '信号 {{signal}}' },
  cause: { exit: '以退出码 {{code}} 结束', exitSignal: '因信号 {{signal}} 结束，退出码 {{code}}', grace: '已停止；等待 {{seconds}} 秒后被强制结束', killed: '被 {{signal}} 终止', oom: '内存不足', policy: '重启策略', policyAtStart: '重启策略，引擎启动时', startFailed: '启动失败', forced: '被强制删除', removeFailed: '删除失败', startedAlone: '已启动；新引擎发现它正在运行', endedAlone: '在引擎未运行时结束', machine: '机器重新启动了' },
  happened: {
    create: '创建', start: '启动', die: '结束', stop: '停止', kill: '发送信号', restart: '重启', pause: '暂停', unpause: '恢复', oom: '内存不足', rename: '重命名', update: '修改限制', destroy: '删除', attach: '连接', detach: '断开连接', resize: '调整终端大小', top: '列出进程', commit: '制作镜像', export: '导出',
    'archive-path': '读取文件', 'extract-to-dir': '写入文件', copy: '复制文件', exec_create: '准备命令', exec_start: '启动命令', exec_die: '命令结束', exec_detach: '命令转入后台', prune: '清理',
  },
  logs: {
    tools: '日志工具', search: '搜索全部日志', case: '区分大小写', regex: '正则表达式', previous: '上一处', next: '下一处', onlyHits: '只显示匹配的行',
    levels: '级别', streams: '输出流', level: { error: '错误', warn: '警告', info: '信息', debug: '调试', none: '无级别' },
    look: '显示内容', showTime: '时间', showLevel: '级别', prettyJson: 'JSON 按字段显示', export: '导出', exportText: '导出为文本', exportJson: '导出为 JSON 行', follow: '跟随',
    hits: '第 {{at}} 处，共 {{total}} 处', noHits: '没有找到', noLine: '没有匹配的行。', empty: '还没有任何输出。', count: '{{lines}} 行，{{size}}', reading: '正在读取历史…', clipped: '… 还有 {{size}}', showAll: '显示全部（+{{size}}）', details: '所选的行',
  },
  terminal: {
    shell: 'Shell', automatic: '自动', user: '用户', open: '打开', split: '并排打开', unsplit: '只显示一个', attach: '连接到主程序', debugImage: '工具来自', chooseImage: '选择镜像', debug: '调试 Shell',
    failed: '无法打开终端', none: '没有打开的终端', noneText: '终端在容器内运行一个 Shell。离开此页面后它仍会保持打开。', stopped: '启动容器后才能打开终端。',
    noShell: '此容器中没有这个 Shell', noShellText: '选择一个带工具的镜像并打开调试 Shell：它会加入此容器的进程和网络，容器的文件位于 /proc/1/root。',
    kind: { attach: '已连接', debug: '调试' }, close: '关闭终端 {{number}}', search: '在终端中搜索',
  },
  files: {
    path: '路径', root: '/', read: '重新读取', newFolder: '新建文件夹', newFolderFailed: '未能新建文件夹', upload: '上传', uploadFolder: '上传文件夹', uploading_one: '上传一个文件到 {{path}}', uploading_other: '上传 {{count}} 个文件到 {{path}}',
    partial: '此文件夹很大，没有读完：容器未运行或其中没有 Shell。', failed: '无法读取 {{path}}', name: '名称', size: '大小', mode: '权限', owner: '所有者', modified: '修改时间', actions: '操作', empty: '这里是空的。把文件拖到这里即可上传。',
    download: '下载', downloadFailed: '下载失败', rename: '重命名', renameFailed: '未能重命名 {{name}}', delete: '删除', deleteTitle: '删除 {{name}}？', deleteFailed: '未能删除 {{name}}', edit: '编辑', saveFailed: '未能保存 {{name}}', preview: '内容', previewFailed: '无法显示', binary: '这不是文本文件。', clipped: '只显示开头的 1 MB。',
  },
  stats: { span: '时间范围', stopped: '它没有运行；以下是它曾使用的资源。', cpu: 'CPU', memory: '内存', network: '网络', disk: '磁盘', processes: '进程', limit: '限制 {{limit}}', toLimit: '刻度到限制为止', nothing: '这段时间内没有测量数据。', received: '接收', sent: '发送', read: '读取', written: '写入' },
  processes: { stopped: '它没有运行，所以没有进程。' },
  changes: { failed: '无法读取变更', changed: '{{count}} 处修改', added: '{{count}} 处新增', deleted: '{{count}} 处删除', read: '重新读取', none: '与镜像没有差别。', is: { changed: '已修改', added: '新增', deleted: '已删除' } },
  inspect: { search: '搜索名称和值', nothing: '没有找到', copyPath: '复制路径', more: '显示更多（还有 {{count}} 行）' },
  events: { inside: '在内部运行的命令（{{count}}）', failed: '无法读取事件', none: '引擎没有保留它的事件。', time: '时间', what: '事件', about: '内容' },
  more: {
    stopWith: '停止方式…', sendSignal: '发送信号…', signal: '信号', grace: '等待时间（秒）', graceHint: '到时仍未结束则强制结束；-1 表示一直等待。', signalHint: '由程序决定其含义；SIGKILL 会立即结束它。', send: '发送',
    edit: '编辑…', editTitle: '编辑 {{name}}', rename: '重命名…', renameFailed: '未能重命名 {{name}}', commit: '制作成镜像…', commitFailed: '未能制作镜像', committed: '{{name}} 已就绪', reference: '镜像名称', comment: '备注',
    export: '导出文件', exportFailed: '导出失败', copyLine: '复制为 docker run', copied: '已复制为 docker run 命令',
  },
};

// Chinese texts of the run and edit forms.
export default {
  search: '搜索全部设置', nothing: '没有这个设置', perLine: '每行一个', preview: '对应的命令行', copyLine: '复制命令行',
  sections: { basic: '基本', process: '进程', network: '网络', storage: '存储', resources: '资源', health: '健康检查', safety: '隔离', other: '日志与运行时' },
  fields: {
    image: '镜像', name: '名称', command: '命令', env: '环境变量', ports: '发布端口', volumes: '卷与文件夹', restart: '重启', autoRemove: '结束后删除',
    entrypoint: '入口程序', workingDir: '工作目录', user: '用户', hostname: '主机名', labels: '标签', tty: '终端', interactive: '保持输入打开', stopSignal: '停止信号', stopTimeout: '停止宽限（秒）',
    healthCmd: '检查命令', healthInterval: '间隔', healthTimeout: '超时', healthStart: '启动期', healthRetries: '失败次数上限', noHealth: '不做健康检查',
    network: '网络', aliases: '网络中的名称', publishAll: '发布所有声明的端口', dns: 'DNS 服务器', dnsSearch: 'DNS 搜索域', hosts: '额外主机',
    mounts: '挂载', tmpfs: '内存文件夹', volumesFrom: '其他容器的卷', readOnly: '只读根文件系统',
    logDriver: '日志驱动', logOptions: '日志选项', runtime: 'OCI 运行时',
    memory: '内存', memorySwap: '内存与交换', memoryReservation: '内存预留', cpus: 'CPU 数', cpuShares: 'CPU 份额', cpuset: 'CPU 集合', pids: '进程数上限', blkio: '磁盘权重', shm: '共享内存', oomScore: 'OOM 分数', ulimits: 'Ulimit',
    init: '初始进程', privileged: '特权模式', capAdd: '增加能力', capDrop: '去除能力', securityOpt: '安全选项', devices: '设备', sysctls: '内核参数', groups: '附加组', pid: 'PID 命名空间', ipc: 'IPC 命名空间', uts: 'UTS 命名空间', cgroupns: 'Cgroup 命名空间', userns: '用户命名空间',
  },
  problems: {
    name: '字母、数字，首字符之后可用 . _ -', pair: '形如 NAME=值', duration: '形如 30s 或 1m30s', number: '需要数字', absolute: '需要绝对路径', signal: '形如 SIGTERM', size: '形如 512m 或 2g', cpus: '大于 0 的数', cpuset: '形如 0-1 或 0,2', blkio: '10 到 1000', ulimit: '形如 nofile=1024:2048',
    port: '形如 8080:80 或 80/udp', portRange: '端口范围为 1 到 65535', portLength: '两段范围必须一样长', volume: '形如 data:/路径 或 /主机路径:/路径:ro', restart: 'no、on-failure[:N]、unless-stopped 或 always', address: '需要 IP 地址', extraHost: '形如 name:10.0.0.5', mount: '需要 target=/路径', device: '需要 /dev 下的路径',
  },
  import: { open: '从 docker run 命令导入', read: '填入表单', unknown: '已填入，但表单没有：{{flags}}', notDocker: '命令应以 docker run 开头。', notRun: '只能读取 docker run 和 docker create。', noImage: '命令中没有镜像。' },
  templates: { title: '模板', save: '存为模板…', remove: '删除模板 {{name}}' },
  edit: {
    changes: '改动', field: '设置', before: '现在', after: '之后', live: '运行中直接修改', recreates: '这会创建一个新容器。旧容器会保留到新容器正常运行为止；若失败则恢复旧容器。', nothing: '还没有改动。', apply: '应用', recreate: '重新创建',
    steps: { stop: '停止旧容器', rename: '保留旧容器', create: '创建新容器', connect: '连接网络', start: '启动', health: '等待其正常', cleanup: '删除旧容器', done: '完成', failed: '失败：', restored: '旧容器已恢复' },
  },
};

// Simplified Chinese texts of the settings.
export default {
  title: '设置',
  failed: '设置未能保存',
  unreadable: '无法读取设置',
  look: '外观',
  language: '语言',
  systemLanguage: '跟随系统',
  behaviour: '行为',
  keepEngine: { label: '保持引擎运行', text: '关闭 Gantry 后容器继续运行。关闭此项后，没有容器运行时引擎会停止。' },
  closeToTray: { label: '关闭窗口时保留在托盘', text: '从托盘菜单退出。' },
  notifyOnExit: { label: '容器出错时通知', text: '容器异常退出或内存不足时发送桌面通知。' },
  about: '关于',
  version: '版本',
  shell: { browser: '浏览器', electron: '桌面' },
  profile: '设置文件夹',
  socket: '引擎套接字',
  dockerHint: 'docker 命令行也可以使用此引擎：',
};

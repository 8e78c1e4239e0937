// Simplified Chinese texts of images.
export default {
  title: '镜像',
  summary_one: '{{count}} 个镜像',
  summary_other: '{{count}} 个镜像',
  search: '搜索镜像',
  listFailed: '无法读取 {{host}} 的镜像',
  empty: { title: '还没有镜像', text: '镜像是只读模板，容器从它运行。' },
  columns: { name: '名称', id: 'ID', size: '大小', created: '创建时间', host: '主机' },
};

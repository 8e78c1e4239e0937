// English texts of images.
export default {
  title: 'Images',
  summary_one: '{{count}} image',
  summary_other: '{{count}} images',
  search: 'Search images',
  listFailed: 'The images of {{host}} cannot be read',
  empty: { title: 'No images yet', text: 'An image is a read-only template that containers run from.' },
  columns: { name: 'Name', id: 'ID', size: 'Size', created: 'Created', host: 'Host' },
};

// English texts of the dashboard.
export default { title: 'Dashboard' };

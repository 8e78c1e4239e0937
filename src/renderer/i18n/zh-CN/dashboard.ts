// Simplified Chinese texts of the dashboard.
export default { title: '概览' };

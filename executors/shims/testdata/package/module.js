// An ES module by its package.

export const square = ({ n }) => n * n;

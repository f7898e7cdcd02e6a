// A workload that is an ES module with a default and with what it has to await.

const late = await Promise.resolve(({ n }) => n * n);

export const square = ({ n }) => n * n;
export default square;
export { late };

// A workload that is the whole module.

module.exports = function square({ n }) { return n * n; };

// The executor stream of the Node.js shim: tasks come in lines while the trial runs, and each line is answered at once.

'use strict';

module.exports = (trial, { line, parse, now, perform, report }) => async () => {
  trial.ready = now();
  for (let text; (text = line()) !== '';) {
    await perform(parse(text), (record) => trial.records.push([0, record]));
    report(trial);
    trial.records = [];
  }
  trial.worked = now();
};

// Run with mongosh, once, after metadata was restored from a backup and before servers are started:
//
//   mongosh "mongodb+srv://…/notespot" --file deploy/after-restore.js
//
// Apps that have heard of more revisions than the backup has would believe that they hold everything, and miss what comes
// until the numbers are the same again. So all numbers go up by more than anybody can have heard of meanwhile, and the
// history is said to begin there: apps fill afresh.

const BEYOND = 1_000_000;
const beyond = { $add: ["$revision", BEYOND] };
const { modifiedCount } = db.users.updateMany({}, [{ $set: { revision: beyond, horizon: beyond } }]);
print(`${modifiedCount} histories begin anew.`);

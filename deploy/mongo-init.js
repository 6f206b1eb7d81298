// Run by compose.yaml at each start, with mongosh: makes the replica set of one and the server's own user, where they are
// not there yet, and sets that user's password to what is configured.

const root = encodeURIComponent(process.env.MONGO_ROOT_PASSWORD);
const admin = connect(`mongodb://root:${root}@mongo:27017/admin?directConnection=true`);

const ALREADY_INITIALIZED = 23;
const USER_EXISTS = 51003;
const WAIT_MS = 500;
const TRIES = 120;

/** Runs a command, and takes one refusal for an answer too. */
function run(database, command, accepted) {
  try {
    return database.runCommand(command);
  } catch (error) {
    if (error.code !== accepted) throw error;
    return { ok: 0, code: error.code };
  }
}

function refused(answer, code) {
  return answer.ok !== 1 && answer.code === code;
}

const members = [{ _id: 0, host: "mongo:27017" }];
const begun = run(admin, { replSetInitiate: { _id: "rs0", members } }, ALREADY_INITIALIZED);
if (begun.ok !== 1 && !refused(begun, ALREADY_INITIALIZED))
  throw new Error(`replSetInitiate: ${begun.errmsg}`);

for (let tries = 0; !admin.hello().isWritablePrimary; tries += 1) {
  if (tries === TRIES) throw new Error("the replica set has no primary after a minute");
  sleep(WAIT_MS);
}

const notespot = admin.getSiblingDB("notespot");
const pwd = process.env.MONGO_PASSWORD;
const roles = [{ role: "readWrite", db: "notespot" }];
const made = run(notespot, { createUser: "notespot", pwd, roles }, USER_EXISTS);
if (refused(made, USER_EXISTS)) {
  notespot.runCommand({ updateUser: "notespot", pwd, roles });
} else if (made.ok !== 1) {
  throw new Error(`createUser: ${made.errmsg}`);
}
print("MongoDB is ready.");

// PostGraphile 5 over the same function: node postgraphile.mjs DSN PORT
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [dsn, port] = process.argv.slice(2);
const require = createRequire(process.env.NPM_FOLDER + "/");
const load = (name) => import(pathToFileURL(require.resolve(name)));
const { postgraphile } = await load("postgraphile");
const { PostGraphileAmberPreset } = await load("postgraphile/presets/amber");
const { makePgService } = await load("postgraphile/adaptors/pg");
const { grafserv } = await load("postgraphile/grafserv/node");

const preset = {
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ connectionString: dsn, schemas: ["bench"], poolConfig: { max: 8 } })],
  schema: { defaultBehavior: "-mutation" },
  grafserv: { port: Number(port), graphiql: false, watch: false },
  grafast: { explain: false },
};
const serv = postgraphile(preset).createServ(grafserv);
const server = createServer();
await serv.addTo(server);
server.listen(Number(port), "127.0.0.1");

// The layer explorer over the contract: finds the session, asks its thread, returns.
import { Readable } from 'node:stream';
import { diffFile, previewFile, searchContents } from '../layers/file-access.ts';
import { saveNode } from '../layers/save.ts';
import { rpc } from './base.ts';
import { authHeaders, registryOf } from './registry-auth.ts';

export const layersRouter = rpc.layers.router({
  open: rpc.layers.open.handler(async function* ({ context, input, signal }) {
    const kind = context.hosts.list().find((host) => host.id === input.host)?.kind;
    const asks = (kind === 'ssh' || kind === 'tcp') && input.confirmed !== true;
    yield* context.explorer.open(await context.client(input.host, signal), input.image, { fresh: input.fresh, platform: input.platform, asks, signal });
  }),
  openArchive: rpc.layers.openArchive.handler(async function* ({ context, input, signal }) {
    const { url, body } = context.transfers.upload({ signal });
    yield { type: 'upload', url };
    yield* context.explorer.openArchive(body, input.fileName, input.sizeBytes, signal);
  }),
  openContainer: rpc.layers.openContainer.handler(async function* ({ context, input, signal }) {
    yield* context.explorer.openContainer(await context.client(input.host, signal), input.id, input.name, signal);
  }),
  openRemote: rpc.layers.openRemote.handler(async function* ({ context, input, signal }) {
    const headers = await authHeaders(context.credentials, registryOf(input.reference));
    yield* context.explorer.openRemote(await context.client(input.host, signal), { ...input, headers, signal });
  }),
  choose: rpc.layers.choose.handler(async ({ context, input }) => {
    const opened = await context.explorer.choose(input.session, input.id);
    return { session: opened.id, image: opened.image };
  }),
  compare: rpc.layers.compare.handler(async ({ context, input }) => {
    const opened = await context.explorer.compare(input.before, input.after, input.ignoreTimes);
    return { session: opened.id, image: opened.image };
  }),
  image: rpc.layers.image.handler(({ context, input }) => context.explorer.get(input.session).image),
  close: rpc.layers.close.handler(({ context, input }) => context.explorer.close(input.session)),
  rows: rpc.layers.rows.handler(({ context, input: { session, ...query } }) => context.explorer.get(session).thread.rows(query)),
  place: rpc.layers.place.handler(({ context, input: { session, ...query } }) => context.explorer.get(session).thread.place(query)),
  details: rpc.layers.details.handler(({ context, input }) => context.explorer.get(input.session).thread.details(input.node)),
  find: rpc.layers.find.handler(({ context, input }) => context.explorer.get(input.session).thread.find({ path: input.path })),
  preview: rpc.layers.preview.handler(({ context, input, signal }) => previewFile(context.explorer.get(input.session), input.layer, input.node, signal)),
  diff: rpc.layers.diff.handler(({ context, input, signal }) => diffFile(context.explorer.get(input.session), input.node, input.before, input.after, signal)),
  sizes: rpc.layers.sizes.handler(({ context, input: { session, ...query } }) => context.explorer.get(session).thread.sizes(query)),
  waste: rpc.layers.waste.handler(({ context, input: { session, ...query } }) => context.explorer.get(session).thread.waste(query)),
  search: rpc.layers.search.handler(async function* ({ context, input, signal }) {
    const layers = input.scope === 'layer' ? [input.layer] : Array.from({ length: input.layer + 1 }, (_, index) => index);
    yield* searchContents(context.explorer.get(input.session), input.text, layers, signal);
  }),
  save: rpc.layers.save.handler(async ({ context, input }) => {
    const { fileName, open } = await saveNode(context.explorer.get(input.session), input.layer, input.node, input.scope);
    return { url: context.transfers.download(fileName, open), fileName };
  }),
  export: rpc.layers.export.handler(async ({ context, input }) => {
    const opened = context.explorer.get(input.session);
    const text = await opened.thread.export(input.format);
    const fileName = `${opened.image.image.replace(/[^\w.-]+/g, '_')}-layers.${input.format}`;
    const contentType = input.format === 'json' ? 'application/json' : 'text/html; charset=utf-8';
    return { url: context.transfers.download(fileName, async () => ({ stream: Readable.from([Buffer.from(text)]), contentType })), fileName };
  }),
});

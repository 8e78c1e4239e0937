// Packs chosen or dropped files into one tar archive for the engine (ustar, POSIX.1-2017; long paths as pax records). The archive is
// a Blob that refers to the files: a folder of any size costs its headers.
export interface Chosen { path: string; file: File }

const BLOCK = 512;
const text = new TextEncoder();

/** The browser reads the files themselves only while it sends them. */
export function tarBlob(files: Chosen[]): Blob {
  const parts = files.flatMap(({ path, file }) => [...heads(path, file), file, new Uint8Array((BLOCK - (file.size % BLOCK)) % BLOCK)]);
  return new Blob([...parts, new Uint8Array(2 * BLOCK)] as BlobPart[], { type: 'application/x-tar' });
}

function heads(path: string, file: File): Uint8Array[] {
  const name = text.encode(path);
  if (name.length <= 100) return [head(name, file.size, file.lastModified, '0')];
  const record = ` path=${path}\n`;
  const size = text.encode(record).length;
  let length = size + 1;
  while (size + String(length).length !== length) length = size + String(length).length;
  const body = text.encode(`${length}${record}`);
  const padded = new Uint8Array(Math.ceil(body.length / BLOCK) * BLOCK);
  padded.set(body);
  return [head(text.encode('pax'), body.length, file.lastModified, 'x'), padded, head(name.subarray(0, 100), file.size, file.lastModified, '0')];
}

function head(name: Uint8Array, size: number, modifiedMs: number, type: string): Uint8Array {
  const block = new Uint8Array(BLOCK);
  block.set(name);
  const put = (value: string, at: number) => block.set(text.encode(value), at);
  put('0000644\0', 100);
  put('0000000\0', 108);
  put('0000000\0', 116);
  put(`${size.toString(8).padStart(11, '0')}\0`, 124);
  put(`${Math.floor(modifiedMs / 1000).toString(8).padStart(11, '0')}\0`, 136);
  put('        ', 148);
  put(type, 156);
  put('ustar\u000000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** What was dropped: files, and folders with all that is in them. */
export async function dropped(items: DataTransferItemList): Promise<Chosen[]> {
  const found: Chosen[] = [];
  const walk = async (entry: FileSystemEntry): Promise<void> => {
    const path = entry.fullPath.replace(/^\//, '');
    if (entry.isFile) {
      found.push({ path, file: await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)) });
      return;
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    for (;;) {
      const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
      if (some.length === 0) return;
      for (const child of some) await walk(child);
    }
  };
  // The list is empty after the first wait. What does not come from a file manager has no entry, but may be a file.
  const given = [...items].filter((item) => item.kind === 'file').map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  for (const { entry, file } of given) {
    if (entry) await walk(entry);
    else if (file) found.push({ path: file.name, file });
  }
  return found;
}

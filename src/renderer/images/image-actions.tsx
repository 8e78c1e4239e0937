// What can be done to images, as data.
import { Code, List, Stack, Text } from '@mantine/core';
import { IconCloudUpload, IconDownload, IconPlayerPlay, IconServerCog, IconStack3, IconTag, IconTrash } from '@tabler/icons-react';
import { navigate } from 'wouter/use-browser-location';
import type { Action } from '../actions.ts';
import { trayOpen } from '../frame/task-tray.tsx';
import { hasOtherHost, openCopyDialog } from '../hosts/copy.tsx';
import { i18n } from '../i18n/i18n.ts';
import { failureOf, rpc } from '../rpc.ts';
import { confirmDanger } from '../ui/confirm.tsx';
import { attempt, notifyFailure } from '../ui/notify.ts';
import { imageName, tagsOf, type Image } from './image.ts';
import { openTagDialog } from './tag-dialog.tsx';
import { startPush, startSave } from './transfers.ts';

const NAMES_SHOWN = 12;

async function remove(images: Image[]): Promise<void> {
  const sure = await confirmDanger({
    title: i18n.t('images:remove.title', { count: images.length }),
    text: <Names names={images.map((image) => tagsOf(image.row).join(', ') || imageName(image))} about={i18n.t('images:remove.text')} />,
    confirm: i18n.t('images:actions.remove'),
  });
  if (!sure) return;
  const refused: { image: Image; message: string }[] = [];
  for (const image of images) {
    try {
      await removeOne(image, false);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.status === 409) refused.push({ image, message: failure.message });
      else notifyFailure(i18n.t('images:failed.remove', { name: imageName(image) }), error);
    }
  }
  if (refused.length === 0) return;
  const force = await confirmDanger({
    title: i18n.t('images:remove.refused', { count: refused.length }),
    text: <Names names={refused.map((item) => item.message)} about={i18n.t('images:remove.forceText')} />,
    confirm: i18n.t('images:remove.force'),
  });
  if (force) for (const { image } of refused) await attempt(i18n.t('images:failed.remove', { name: imageName(image) }), () => removeOne(image, true));
}

/** All its names go, then the image itself: an id with several tags is refused without force, as Docker does. */
async function removeOne(image: Image, force: boolean): Promise<void> {
  const tags = tagsOf(image.row);
  for (const name of tags.length > 0 ? tags : [image.row.Id]) await rpc.images.remove({ host: image.host.id, id: name, force });
}

function Names({ names, about }: { names: string[]; about: string }) {
  return (
    <Stack gap="xs">
      <Text size="sm">{about}</Text>
      <List size="sm" spacing={2}>{names.slice(0, NAMES_SHOWN).map((name) => <List.Item key={name}><Code>{name}</Code></List.Item>)}</List>
      {names.length > NAMES_SHOWN && <Text size="sm" c="dimmed">{i18n.t('images:remove.more', { count: names.length - NAMES_SHOWN })}</Text>}
    </Stack>
  );
}

const isOne = (images: Image[]) => images.length === 1;
const isTagged = (images: Image[]) => images.length > 0 && images.every((image) => tagsOf(image.row).length > 0);

export const imageActions: Action<Image>[] = [
  { id: 'run', label: 'images:actions.run', icon: IconPlayerPlay, appliesTo: isOne, perform: ([image]) => image && navigate(`/containers?run=${encodeURIComponent(imageName(image))}&host=${image.host.id}`) },
  { id: 'layers', label: 'images:actions.layers', icon: IconStack3, appliesTo: isOne, perform: ([image]) => image && navigate(`/images/${image.host.id}/${encodeURIComponent(image.row.Id)}/layers`) },
  { id: 'tag', label: 'images:actions.tag', icon: IconTag, appliesTo: isOne, perform: ([image]) => image && openTagDialog(image) },
  {
    id: 'push',
    label: 'images:actions.push',
    icon: IconCloudUpload,
    appliesTo: isTagged,
    perform: (images) => {
      trayOpen.set(true);
      for (const image of images) for (const tag of tagsOf(image.row)) void startPush(image.host, tag);
    },
  },
  {
    id: 'save',
    label: 'images:actions.save',
    icon: IconDownload,
    appliesTo: (images) => images.length > 0 && new Set(images.map((image) => image.host.id)).size === 1,
    perform: async (images) => void (images[0] && (await attempt(i18n.t('images:failed.save'), () => startSave((images[0] as Image).host, images.flatMap((image) => { const tags = tagsOf(image.row); return tags.length > 0 ? tags : [image.row.Id]; }))))),
  },
  {
    id: 'copy',
    label: 'hosts:copy.action',
    icon: IconServerCog,
    appliesTo: (images) => images[0] !== undefined && new Set(images.map((image) => image.host.id)).size === 1 && hasOtherHost(images[0].host),
    perform: (images) => images[0] && openCopyDialog({ kind: 'images', from: images[0].host, names: images.map((image) => tagsOf(image.row)[0] ?? image.row.Id) }),
  },
  { id: 'remove', label: 'images:actions.remove', icon: IconTrash, colour: 'red', shortcut: 'Delete', appliesTo: (images) => images.length > 0, perform: remove },
];

import type { JSX } from "preact";

import type { Person } from "../../../src/sandbox/protocol.ts";
import { Avatar } from "../../shared/ui/avatar.tsx";
import { Icon, Star } from "../../shared/ui/icon.tsx";
import { Menu, MenuItem } from "../../shared/ui/menu.tsx";
import { personName } from "../model/names.ts";
import { useSession, useSlice, useTexts } from "../session/use-session.ts";

/** "You are: Alex Rivera ▾": who one is, with the Stars one owns, and everybody one could be. */
export function PersonaSwitcher(): JSX.Element {
  const session = useSession();
  const t = useTexts();
  const me = useSlice((state) => state.me);
  const people = useSlice((state) => state.people);
  return (
    <Menu
      class="persona"
      label={t.people.switch(personName(me))}
      listLabel={t.people.menu}
      button={<CurrentPersona me={me} />}
    >
      {people.map((person) => (
        <MenuItem
          key={person.id}
          class="persona-item"
          checked={person.id === me.id}
          onChoose={() => {
            session.switchPerson(person.id);
          }}
        >
          <Avatar id={person.id} name={personName(person)} size="small" />
          <span class="persona-text">
            <span class="persona-name">{personName(person)}</span>
            <span class="persona-about">{person.about}</span>
          </span>
          <StarCount amount={person.stars} />
        </MenuItem>
      ))}
      <hr />
      <MenuItem
        onChoose={() => {
          session.sheet.value = { kind: "new-person" };
        }}
      >
        <Icon name="person" size={20} />
        {t.people.fresh}
      </MenuItem>
      <MenuItem
        onChoose={() => {
          void session.attempt(async () => {
            await session.api.addStars(500);
            session.toasts.show(t.people.gotStars);
          });
        }}
      >
        <Star size={20} />
        {t.people.moreStars}
      </MenuItem>
      <MenuItem
        onChoose={() => {
          session.sheet.value = { kind: "wallet" };
        }}
      >
        <Star size={20} />
        {t.wallet.title}
      </MenuItem>
    </Menu>
  );
}

function CurrentPersona({ me }: { readonly me: Person }): JSX.Element {
  const { people } = useTexts();
  return (
    <>
      <Avatar id={me.id} name={personName(me)} />
      <span class="persona-text">
        <span class="persona-label">{people.youAre}</span>
        <span class="persona-name">
          {personName(me)} <Icon name="chevron" size={16} />
        </span>
        <span class="persona-about">{me.about}</span>
      </span>
      <StarCount amount={me.stars} />
    </>
  );
}

function StarCount({ amount }: { readonly amount: number }): JSX.Element {
  const { formats, texts } = useSession();
  const shown = formats.value.number(amount);
  return (
    <span class="star-count" title={texts.value.common.stars(shown)}>
      <Star />
      {shown}
    </span>
  );
}

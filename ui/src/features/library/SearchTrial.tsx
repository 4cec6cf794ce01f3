import { useDeferredValue, useMemo, useState } from "react";
import { Button } from "../../components/Button/Button";
import { Field } from "../../components/Field/Field";
import { FileKind } from "../../components/FileKind/FileKind";
import { Skeleton } from "../../components/Skeleton/Skeleton";
import { Marked, Name, Said } from "../../components/Text/Text";
import { useCall, type Hit } from "../../host";
import { fileKind, fileName, visible } from "../../lib/text";
import { FailureNotice } from "../shell/FailureNotice";
import { excerpt } from "./excerpt";

interface SearchTrialProps {
  /** The collection to search; none for all. */
  collection: string | undefined;
  /** What all of them are called: `folders`. */
  places: string;
  onWhy: (question: string) => void;
}

/** Tries a search, to see which passages answers would be made from. */
export function SearchTrial({ collection, places, onWhy }: SearchTrialProps) {
  const [text, setText] = useState("");
  const asked = useDeferredValue(text.trim());
  const { data, error, isFetching } = useCall(
    "search",
    {
      text: asked,
      most: 6,
      by_document: true,
      ...(collection === undefined ? {} : { filter: { collections: [collection] } }),
    },
    { enabled: asked.length > 1, keep: true },
  );
  const words = useMemo(() => asked.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}.-]*/gu) ?? [], [asked]);
  return (
    <section className="test" aria-labelledby="trial">
      <h3 id="trial">
        Try a search in <Name>{collection ?? `all ${places}`}</Name>
      </h3>
      <div className="try">
        <Field
          label="Try a search"
          icon="search"
          type="search"
          placeholder="Words or a question"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button onClick={() => onWhy(text)}>Why is a file missing?</Button>
      </div>
      {error && <FailureNotice failure={error} />}
      {asked.length > 1 && !data && !error && isFetching && <Skeleton label="Searching" lines={2} />}
      {asked.length > 1 && data && (
        <>
          {data.results.length === 0 && (
            <p className="dim">
              Nothing in <Name>{collection ?? `your ${places}`}</Name> matches this, in words or in meaning.
            </p>
          )}
          <div className="hits">
            {data.results.map((hit) => (
              <HitCard key={hit.passage_id} hit={hit} words={words} />
            ))}
          </div>
          {data.notices.map((notice) => (
            <p key={notice} className="faint xs">
              <Said>{notice}</Said>
            </p>
          ))}
        </>
      )}
    </section>
  );
}

function HitCard({ hit, words }: { hit: Hit; words: readonly string[] }) {
  const { text, ranges } = excerpt(hit.passage, words);
  const why = [hit.keyword !== null && "word", hit.similarity !== null && "meaning"]
    .filter(Boolean)
    .join(" and ");
  return (
    <article className="hit">
      <span className="row">
        <FileKind>{fileKind(hit.file)}</FileKind>
        <b className="clip" title={visible(hit.file)}>
          <Name>{fileName(hit.file)}</Name>
        </b>
      </span>
      <p>
        <Marked ranges={ranges}>{text}</Marked>
      </p>
      <span className="faint">
        {why && `${why} match`}
        {hit.place_text && (
          <>
            , <Name>{hit.place_text}</Name>
          </>
        )}
      </span>
    </article>
  );
}

import { useCall, type CitationView, type SourceStatus } from "../../host";
import { fileName, recordName } from "../../lib/text";

/** The system's records among whose copies a cited document is; nothing for a file of the person. */
export function useCopies(): (citation: CitationView) => SourceStatus | undefined {
  const sources = useCall("status", {}).data?.sources ?? [];
  return ({ source }) => sources.find(({ root, system }) => root === source && system !== null);
}

/** How what was cited is called: a file by its name and path, the copy of a record by what it is and where. */
export function useNames(): (citation: CitationView) => { short: string; whole: string } {
  const copyOf = useCopies();
  return (citation) => {
    const { file } = citation;
    const own = copyOf(citation);
    if (!own) return { short: fileName(file), whole: file };
    const short = recordName(file);
    return { short, whole: `${short} in ${own.collection}` };
  };
}

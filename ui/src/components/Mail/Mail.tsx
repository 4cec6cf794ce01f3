import "./Mail.css";
import type { ReactNode } from "react";
import { Name, Plain } from "../Text/Text";
import { Tag } from "../Tag/Tag";

interface MailProps {
  from: string;
  to: string;
  cc?: string;
  bcc?: string;
  subject: string;
  /** Nothing for one that was not sent yet. */
  date?: string;
  attachments?: readonly string[];
  children: ReactNode;
}

/** A message, shown as one. */
export function Mail({ from, to, cc, bcc, subject, date, attachments = [], children }: MailProps) {
  const rows: [string, string | undefined][] = [
    ["From", from],
    ["To", to],
    ["Cc", cc],
    ["Bcc", bcc],
    ["Date", date],
    ["Subject", subject],
  ];
  return (
    <article className="mail">
      <dl className="mail-head">
        {rows.map(([words, value]) =>
          value ? (
            <div key={words}>
              <dt>{words}</dt>
              <dd>
                <Plain>{value}</Plain>
              </dd>
            </div>
          ) : null,
        )}
      </dl>
      <div className="mail-body">{children}</div>
      {attachments.length > 0 && (
        <footer className="mail-foot" aria-label="Attachments">
          {attachments.map((name, index) => (
            <Tag key={index} icon="file">
              <Name>{name}</Name>
            </Tag>
          ))}
        </footer>
      )}
    </article>
  );
}

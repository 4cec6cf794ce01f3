import { Mail } from "./Mail";

export const stories = {
  "With an attachment": () => (
    <Mail
      from="Rune Moe"
      to="support@northwind.example"
      subject="Update logs from Moss"
      date="23 September 2026"
      attachments={["logs.zip"]}
    >
      <p>I attached the logs of all 14 robots.</p>
    </Mail>
  ),
};

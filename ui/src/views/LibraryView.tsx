export default function LibraryView() {
  return null;
}

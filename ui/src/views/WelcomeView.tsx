export default function WelcomeView() {
  return null;
}

// A person with a browser: opens an address, signs in, allows what is asked for, and comes back.
//
//   node person.mjs ADDRESS [allow|refuse]      prints where they ended, and what they saw there
const [address, wish = "allow"] = process.argv.slice(2);
const jar = new Map();

async function ask(method, url, form) {
  const response = await fetch(url, {
    method,
    redirect: "manual",
    headers: {
      cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; "),
      ...(form && { "content-type": "application/x-www-form-urlencoded" }),
    },
    body: form?.toString(),
  });
  for (const cookie of response.headers.getSetCookie()) {
    const [pair] = cookie.split(";");
    const at = pair.indexOf("=");
    jar.set(pair.slice(0, at), pair.slice(at + 1));
  }
  return { url, status: response.status, location: response.headers.get("location"), text: await response.text() };
}

const plain = (text) => text.replaceAll("&amp;", "&").replaceAll("&#x3D;", "=");
let page = await ask("GET", address);
for (let step = 0; step < 20; step++) {
  if (page.location) {
    page = await ask("GET", new URL(page.location, page.url));
    continue;
  }
  const abort = /href="([^"]*\/abort)"/.exec(page.text);
  if (wish === "refuse" && abort) {
    page = await ask("GET", new URL(abort[1], page.url));
    continue;
  }
  const action = /<form[^>]*action="([^"]+)"/.exec(page.text);
  if (!action) break;
  const form = new URLSearchParams();
  for (const [, attributes] of page.text.matchAll(/<input([^>]*)>/g)) {
    const name = /name="([^"]+)"/.exec(attributes)?.[1];
    if (name) form.set(name, plain(/value="([^"]*)"/.exec(attributes)?.[1] ?? ""));
  }
  if (page.text.includes('name="login"')) {
    form.set("login", "ines");
    form.set("password", "any");
  }
  page = await ask("POST", new URL(plain(action[1]), page.url), form);
}
console.log(`${page.status} ${page.url}`);
console.log(page.text.replace(/<style.*?<\/style>/gs, "").replace(/<[^>]+>/g, " ").replace(/\s+/g, " ").trim());

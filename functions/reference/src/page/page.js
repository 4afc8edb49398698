"use strict";

const METHODS = ["get", "post", "put", "patch", "delete"];
const element = (id) => document.getElementById(id);

const language = element("language");
language.value = localStorage.getItem("language") ?? "";
language.addEventListener("change", () => localStorage.setItem("language", language.value));

/** In the language of the page's choice. */
function spoken(headers) {
  return language.value ? { ...headers, "accept-language": language.value } : headers;
}

/** What is the platform's comes last; otherwise by address, and there reading first. */
function order(one, other) {
  const key = (operation) => [operation.get("path").startsWith("/v1/admin/") ? 1 : 0, operation.get("path")];
  const [a, b] = [key(one), key(other)];
  return a[0] - b[0] || a[1].localeCompare(b[1]) || METHODS.indexOf(one.get("method")) - METHODS.indexOf(other.get("method"));
}

/** Finds operations by their address and words, groups by their names. */
function find(groups, phrase) {
  const wanted = phrase.toLowerCase();
  const fits = (operation) => {
    const said = [operation.get("method"), operation.get("path"), operation.getIn(["operation", "summary"])].join(" ");
    return said.toLowerCase().includes(wanted);
  };
  return groups
    .map((group, name) => (name.includes(wanted) ? group : group.update("operations", (all) => all.filter(fits))))
    .filter((group) => group.get("operations").size > 0);
}

const ui = SwaggerUIBundle({
  url: "/openapi.json",
  domNode: element("reference"),
  plugins: [{ fn: { opsFilter: find } }],
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  filter: true,
  displayRequestDuration: true,
  operationsSorter: order,
  tryItOutEnabled: true,
  validatorUrl: null,
  requestInterceptor: (request) => ({ ...request, headers: spoken(request.headers) }),
  onComplete: () => {
    document.querySelector(".operation-filter-input").placeholder = "Find: an address, a word, a service";
    known();
  },
});

// What was found is shown, not only the group that it is in.
document.addEventListener("input", (event) => {
  if (event.target.matches(".operation-filter-input") && event.target.value) {
    ui.specSelectors.tags().forEach((tag) => ui.layoutActions.show(["operations-tag", tag.get("name")], true));
  }
});

element("operations").addEventListener("click", (event) => {
  event.preventDefault();
  document.querySelector(".filter").scrollIntoView();
});

/** Calls with it from now on, under the document's name for it. */
function use(name, value) {
  const schema = ui.specSelectors.securityDefinitions().get(name);
  ui.authActions.authorize({ [name]: { name, schema, value } });
}

/** Says who calls. */
function known() {
  const authorized = ui.authSelectors.authorized();
  const as = [authorized.get("token") && "a token", authorized.get("cart-session") && "a guest's cart"].filter(Boolean);
  element("caller").textContent = as.length ? `Calling with ${as.join(" and ")}` : "Nobody signed in";
}

async function ask(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: spoken({ "content-type": "application/json" }),
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.title ?? answer.message ?? response.statusText);
  return answer;
}

/** Does it, and says what came of it. */
async function told(action) {
  const outcome = element("outcome");
  try {
    await action();
    outcome.textContent = "";
    element("who").open = false;
  } catch (error) {
    outcome.textContent = error.message;
  }
  known();
}

element("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  told(async () => {
    const { access_token } = await ask("/v1/auth/login", Object.fromEntries(new FormData(event.target)));
    use("token", access_token);
    event.target.reset();
  });
});

element("use-token").addEventListener("submit", (event) => {
  event.preventDefault();
  told(async () => {
    use("token", new FormData(event.target).get("token").trim());
    event.target.reset();
  });
});

element("guest").addEventListener("click", () =>
  told(async () => use("cart-session", (await ask("/v1/cart/session", {})).session)),
);

element("nobody").addEventListener("click", () => told(async () => ui.authActions.logout(["token", "cart-session"])));

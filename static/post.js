// Sends fields to the server and gives what it said, as the person who opened the page.
//
// `refused` holds the reason where trying again would not help. An error means: keep it, try again.

export function makePost({ save, session, person }, form) {
  let token = form.elements.csrf_token.value;

  return async function post(path, fields, fresh = false) {
    let response;
    try {
      response = await fetch(`${save}/${path}`, {
        method: "POST",
        body: fields,
        headers: { Accept: "application/json", "X-CSRFToken": token },
        keepalive: true,
      });
    } catch {
      throw new Error("There is no connection.");
    }
    const json = response.headers.get("content-type")?.startsWith("application/json");
    if (response.ok && json) return response.json();
    if (response.status === 401 || (response.status === 400 && !json)) {
      // Signed out, or signed in anew in another window: the page's token is of the old session.
      if (!fresh && (await renew())) return post(path, fields, true);
      throw new Error("You are signed out: sign in again in another window.");
    }
    if (json) {
      const { message, ...more } = await response.json();
      return { refused: message, ...more };
    }
    if (response.status < 500) return { refused: "Reload the page and try again." };
    if (response.status === 503) throw new Error("The service is busy.");
    if (response.status === 507) throw new Error("The service cannot write to its disk.");
    throw new Error("The service did not answer.");
  };

  async function renew() {
    const response = await fetch(session, { headers: { Accept: "application/json" } });
    if (!response.ok) return false;
    const now = await response.json();
    if (String(now.person) !== person) return false; // somebody else: never save as them
    token = now.token;
    return true;
  }
}

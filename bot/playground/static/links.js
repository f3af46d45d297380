// Owns reading links that lead to the bot itself. Other links are not its business.

/** The start payload of a link to the bot ("" when it has none), or null when the link leads elsewhere. */
export function startOf(address, username) {
  let url;
  try {
    url = new URL(/^[a-z]+:/i.test(address) ? address : `https://${address}`);
  } catch {
    return null;
  }
  const isOurs = (name) => Boolean(name) && name.toLowerCase() === (username ?? "").toLowerCase();
  if (url.protocol === "tg:") return isOurs(url.searchParams.get("domain")) ? (url.searchParams.get("start") ?? "") : null;
  if (!/^(www\.)?(t|telegram)\.(me|dog)$/i.test(url.hostname)) return null;
  return isOurs(url.pathname.split("/")[1]) ? (url.searchParams.get("start") ?? "") : null;
}

/**
 * A small client of the shop's API, and the flow of one purchase with it. It knows nothing of its surroundings:
 * `request` sends HTTP (wx.request in the mini-program, fetch elsewhere), `login` gives a code (wx.login),
 * `pay` takes the parameters of wx.requestPayment. Types: api.d.ts.
 */

const RETRIES = 3;

export class ShopError extends Error {
  /** `code` is one of the table in the API's description; `extra` helps a program to go on. */
  constructor(status, body) {
    super(body?.message ?? `HTTP ${status}`);
    this.status = status;
    this.code = body?.code ?? "unknown";
    this.extra = body?.extra ?? {};
  }
}

export function makeClient({ request, pause = (ms) => new Promise((done) => setTimeout(done, ms)) }) {
  let token = "";

  /** Send one request. What is safe to repeat (GET, an Idempotency-Key, `isSafe`) waits for Retry-After. */
  async function send(method, path, body, key, isSafe = false) {
    const headers = { "Content-Type": "application/json", "Accept-Language": "zh-hans" };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (key) headers["Idempotency-Key"] = key;
    const mayRepeat = method === "GET" || Boolean(key) || isSafe;
    for (let tries = 1; ; tries += 1) {
      const answer = await request({ method, path: `/api/v1${path}`, headers, body });
      if (answer.status < 400) return answer.body;
      const wait = Number(answer.retryAfter ?? 0);
      if (!mayRepeat || !wait || tries >= RETRIES) throw new ShopError(answer.status, answer.body);
      await pause(wait * 1000);
    }
  }

  return {
    async signIn(login) {
      const session = await send("POST", "/auth/login", { code: await login() });
      token = session.token;
      return session.customer;
    },
    listProducts: (cursor) => send("GET", cursor ? `/products?cursor=${encodeURIComponent(cursor)}` : "/products"),
    preview: (order) => send("POST", "/orders/preview", order),
    place: (order, key) => send("POST", "/orders", order, key),
    startPayment: (number) => send("POST", `/orders/${number}/pay`, {}),
    getOrder: (number) => send("GET", `/orders/${number}`),
    cancel: (number, why = {}) => send("POST", `/orders/${number}/cancel`, why, "", true),
    receive: (number) => send("POST", `/orders/${number}/receive`, {}, "", true),
  };
}

/** Buy the first article there is: sign in, look, preview, place once under one key, pay. */
export async function buyOne({ request, login, pay, address, key }) {
  const shop = makeClient({ request });
  await shop.signIn(login);
  const { results } = await shop.listProducts();
  const sku = results.flatMap((product) => product.skus).find((each) => each.sellable > 0);
  const order = { basket: [{ sku_id: sku.id, quantity: 1 }], delivery: "express", address };
  const quote = await shop.preview(order);
  const method = quote.pay_methods[0].pay_method;
  const placed = await shop.place({ ...order, pay_method: method }, key);
  if (method === "wechat") await pay(await shop.startPayment(placed.number));
  return shop.getOrder(placed.number);
}

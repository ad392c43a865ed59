/* Reads QR codes where the browser has no detector of its own: ZXing, compiled to WebAssembly. */

const READING = { formats: ["QRCode"], maxNumberOfSymbols: 1 };

function load(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", resolve);
    script.addEventListener("error", reject);
    document.head.append(script);
  });
}

export async function make({ library, wasm }) {
  await load(library);
  const { prepareZXingModule, readBarcodes } = window.ZXingWASM;
  await prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return {
    async detect(video) {
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      if (!canvas.width) return [];
      context.drawImage(video, 0, 0);
      const found = await readBarcodes(context.getImageData(0, 0, canvas.width, canvas.height), READING);
      return found.filter(({ text }) => text).map(({ text }) => ({ rawValue: text }));
    },
  };
}

/* The camera: fetched when somebody wants to scan; reads codes with the browser's own detector, else with ours. */

const EVERY_MS = 150;

async function make_detector(dialog) {
  const formats = window.BarcodeDetector ? await window.BarcodeDetector.getSupportedFormats().catch(() => []) : [];
  if (formats.includes("qr_code")) return new window.BarcodeDetector({ formats: ["qr_code"] });
  if (!dialog.dataset.detector) return null;
  const { make } = await import(dialog.dataset.detector);
  return make(dialog.dataset);
}

async function open_camera(video) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  video.srcObject = stream;
  await video.play();
  return stream;
}

/* The first text that is read; "" where the dialog was closed before. */
async function watch(dialog, video, detector) {
  while (dialog.open) {
    const found = await detector.detect(video).catch(() => []);
    if (found.length > 0) return found[0].rawValue;
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  return "";
}

export async function scan(dialog) {
  const video = dialog.querySelector("video");
  const said = dialog.querySelector("[role=status]");
  const words = (dialog.dataset.textScan ??= said.textContent);
  said.textContent = words;
  dialog.querySelector("[data-scan-close]").onclick = () => dialog.close();
  dialog.showModal();
  let stream = null;
  try {
    const detector = await make_detector(dialog);
    if (!detector || !navigator.mediaDevices) throw new Error("no camera");
    stream = await open_camera(video);
    return await watch(dialog, video, detector);
  } catch (error) {
    said.textContent = error.name === "NotAllowedError" ? dialog.dataset.textDenied : dialog.dataset.textNone;
    return "";
  } finally {
    for (const track of stream?.getTracks() ?? []) track.stop();
    if (stream) dialog.close();
  }
}

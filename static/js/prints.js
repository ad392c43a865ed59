/* A printed document: a strip of paper is as long as what stands on it, and the print dialog opens by itself. */
"use strict";

(() => {
  const MM = 25.4 / 96;
  const SPARE = 1;

  /* Each strip is a page of its own length, which no sheet of styles can know. */
  function measure_strips() {
    const sheet = document.styleSheets[0];
    document.querySelectorAll(".strip").forEach((strip, at) => {
      const { width, height } = strip.getBoundingClientRect();
      const size = `${(width * MM).toFixed(1)}mm ${Math.ceil(height * MM + SPARE)}mm`;
      sheet.insertRule(`@page strip-no-${at} { size: ${size}; margin: 0; }`, sheet.cssRules.length);
      strip.style.page = `strip-no-${at}`;
    });
  }

  window.addEventListener("load", () => {
    measure_strips();
    window.print();
  });
})();

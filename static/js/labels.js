/* A label is printed as soon as its frame has been drawn. */
"use strict";

window.addEventListener("load", () => window.print());

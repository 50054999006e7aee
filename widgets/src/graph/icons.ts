/** Outlines of 16 by 16. */
export const ICONS = {
  play: "M4.5 2.5v11l9-5.5z",
  pause: "M4 2.5h3v11H4zM9 2.5h3v11H9z",
  step: "M3 2.5v11l7-5.5zM11 2.5h2.2v11H11z",
  live: "M2.5 2.5v11l5-5.5zM7.5 2.5v11l5-5.5zM12.6 2.5h1.6v11h-1.6z",
  fit: "M2 6V2h4v1.5H3.5V6zM10 2h4v4h-1.5V3.5H10zM2 10h1.5v2.5H6V14H2zM12.5 10H14v4h-4v-1.5h2.5z",
  table: "M2 3h12v2.2H2zM2 6.6h5v2.2H2zM9 6.6h5v2.2H9zM2 10.2h5v2.2H2zM9 10.2h5v2.2H9z",
  legend: "M4 2.5a2 2 0 110 4 2 2 0 010-4zM8 3.7h6v1.6H8zM2.2 10h3.6v3.6H2.2zM8 11h6v1.6H8z",
};

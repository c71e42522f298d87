/* global document */
/* What a shop writes: it shows what it is told, and believes nothing but its webhook. */
for (const name of ['status', 'close'])
  document.addEventListener(`quittance:${name}`, ({ detail }) => {
    document.getElementById('told').textContent += `${name}:${JSON.stringify(detail)} `;
  });

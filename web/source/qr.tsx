/* A QR code, drawn on the device. */

import { useMemo } from 'preact/hooks';
import { encode } from 'uqr';

/* The dark modules as one path, each run of a row a rectangle. */
export function qrPath(rows: boolean[][]): string {
	let path = '';
	rows.forEach((row, y) => {
		for (let x = 0; x < row.length; x++) {
			if (!row[x])
				continue;
			const start = x;
			while (row[x + 1])
				x++;
			path += `M${start} ${y}h${x + 1 - start}v1h-${x + 1 - start}z`;
		}
	});
	return path;
}

export function QrPicture({ text, label }: { text: string; label: string }) {
	/* The least error correction: a screen has no torn corners, and fewer modules are larger ones. */
	const { path, size } = useMemo(() => {
		const code = encode(text, { ecc: 'L', border: 3 });
		return { path: qrPath(code.data), size: code.size };
	}, [text]);
	return (
		<svg class="qr" role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`} shape-rendering="crispEdges">
			<rect width={size} height={size} fill="#fff" />
			<path d={path} fill="#000" />
		</svg>
	);
}

/**
 * The code that an authenticator app scans. The page's policy takes pictures from the server's addresses only, so that
 * the bytes in the answer are drawn rather than named as an address.
 */
import { useEffect, useRef } from "react";

export function QrCode({ dataUri }: { dataUri: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let gone = false;
    const draw = async (): Promise<void> => {
      const bytes = Uint8Array.from(atob(dataUri.slice(dataUri.indexOf(",") + 1)), (sign) => sign.charCodeAt(0));
      const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      const place = canvas.current;
      if (gone || !place) return;
      [place.width, place.height] = [picture.width, picture.height];
      place.getContext("2d")?.drawImage(picture, 0, 0);
    };
    // Where it cannot be drawn the key below it does the same.
    void draw().catch(() => undefined);
    return () => {
      gone = true;
    };
  }, [dataUri]);
  return <canvas ref={canvas} role="img" aria-label="QR code for your authenticator app" className="size-48 rounded-xl bg-white p-2 [image-rendering:pixelated]" />;
}

"""What Qt paints over a picture, one file each: `paint(painter, scene)`."""

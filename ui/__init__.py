"""All that is Streamlit's and shared between pages: frame, controls, live views, small figures."""

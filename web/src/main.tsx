import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { watchLeftBehind } from './chat/left-behind';
import { App } from './components/App';
import { returnFromGoogle } from './google';
import './styles/index.css';
import { restore } from './tokens';

watchLeftBehind();
void returnFromGoogle(restore());

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
